using System.Collections.Frozen;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>The numbers and aliases by which queries name BSON types.</summary>
internal static class TypeNames
{
    private static readonly (BsonType Type, int Code, string Alias)[] Known =
    [
        (BsonType.Double, 1, "double"), (BsonType.String, 2, "string"), (BsonType.Document, 3, "object"),
        (BsonType.Array, 4, "array"), (BsonType.Binary, 5, "binData"), (BsonType.Undefined, 6, "undefined"),
        (BsonType.ObjectId, 7, "objectId"), (BsonType.Boolean, 8, "bool"), (BsonType.DateTime, 9, "date"),
        (BsonType.Null, 10, "null"), (BsonType.RegularExpression, 11, "regex"), (BsonType.JavaScript, 13, "javascript"),
        (BsonType.Symbol, 14, "symbol"), (BsonType.JavaScriptWithScope, 15, "javascriptWithScope"), (BsonType.Int32, 16, "int"),
        (BsonType.Timestamp, 17, "timestamp"), (BsonType.Int64, 18, "long"), (BsonType.Decimal128, 19, "decimal"),
        (BsonType.MinKey, -1, "minKey"), (BsonType.MaxKey, 127, "maxKey"),
    ];

    private static readonly FrozenDictionary<BsonType, string> Aliases = Known.ToFrozenDictionary(k => k.Type, k => k.Alias);
    private static readonly FrozenDictionary<string, BsonType> ByAlias = Known.ToFrozenDictionary(k => k.Alias, k => k.Type);
    private static readonly FrozenDictionary<int, BsonType> ByCode = Known.ToFrozenDictionary(k => k.Code, k => k.Type);
    private static readonly BsonType[] Numbers = [BsonType.Int32, BsonType.Int64, BsonType.Double, BsonType.Decimal128];

    public static string Of(BsonType type) => Aliases[type];

    /// <summary>The set of types a <c>$type</c> argument (alias, number, or array of both) stands for.</summary>
    public static HashSet<BsonType> ParseSet(BsonValue argument)
    {
        var types = new HashSet<BsonType>();

        if (argument is not BsonArray several)
        {
            Add(types, argument);
            return types;
        }

        if (several.Count == 0)
        {
            throw Failure.FailedToParse("$type must match at least one type");
        }

        foreach (var one in several)
        {
            Add(types, one);
        }

        return types;
    }

    /// <summary>One type by alias or number, as <c>$convert</c> takes it.</summary>
    public static BsonType ParseOne(BsonValue argument)
    {
        if (argument is BsonString alias)
        {
            return ByAlias.TryGetValue(alias.Value, out var type)
                ? type
                : throw Failure.BadValue($"Unknown type name alias: {alias.Value}");
        }

        if (!argument.IsNumeric)
        {
            throw Failure.TypeMismatch("type must be represented as a number or a string");
        }

        return Number.TryToLong(argument, out var code) && code is >= -1 and <= 127 && ByCode.TryGetValue((int)code, out var byCode)
            ? byCode
            : throw Failure.BadValue($"Invalid numerical type code: {argument}");
    }

    private static void Add(HashSet<BsonType> types, BsonValue argument)
    {
        if (argument is BsonString { Value: "number" })
        {
            types.UnionWith(Numbers);
        }
        else if (argument is BsonString { Value: "dbPointer" } || (argument.IsNumeric && Number.Compare(argument, (BsonInt32)12) == 0))
        {
            // A relic that no document here can hold.
            types.Add(BsonType.EndOfDocument);
        }
        else
        {
            types.Add(ParseOne(argument));
        }
    }
}
