using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>The keys that can satisfy one condition. Too many are harmless, as every document is matched again; too few are not.</summary>
internal static class OperandBounds
{
    private static readonly Interval Null = Interval.Point([TypeRank.Null]);
    private static readonly Interval Undefined = Interval.Point([TypeRank.Undefined]);

    /// <summary>Null where the condition says nothing that an index could use.</summary>
    public static List<Interval>? Of(string name, BsonValue operand, Collation? collation = null) => name switch
    {
        "$eq" => Equal(operand, collation),
        "$in" => operand is BsonArray any ? AnyOf(any, collation) : null,
        "$gt" or "$gte" or "$lt" or "$lte" => Range(name, operand, collation),
        "$type" => OfType(operand),
        _ => null,
    };

    private static List<Interval>? Equal(BsonValue operand, Collation? collation) => operand.BsonType switch
    {
        // An array equals a whole value or one element; a pattern matches many values.
        BsonType.Array or BsonType.RegularExpression or BsonType.Undefined => null,
        BsonType.Null => [Undefined, Null],
        _ => [Interval.Point(KeyWriter.Encode(operand, collation))],
    };

    private static List<Interval>? AnyOf(BsonArray operands, Collation? collation)
    {
        var each = operands.Select(o => Equal(o, collation)).ToList();
        return each.TrueForAll(e => e is not null) ? Intervals.Union(each.SelectMany(e => e!)) : null;
    }

    private static List<Interval>? Range(string name, BsonValue operand, Collation? collation)
    {
        if (!IsRangeType(operand.BsonType))
        {
            return null;
        }

        var key = KeyWriter.Encode(operand, collation);
        var type = Interval.Point([TypeRank.Of(operand.BsonType)]);
        var isNumber = key[0] == TypeRank.Number;
        if (isNumber && key.AsSpan().SequenceEqual(NumberKey.NotANumber))
        {
            return null;
        }

        // A comparison with a number is never true of NaN, which sorts below all others.
        var lowest = isNumber ? KeyBytes.Successor(NumberKey.NotANumber) : type.From;
        return name switch
        {
            "$gt" => [new Interval(KeyBytes.Successor(key), type.To)],
            "$gte" => [new Interval(key, type.To)],
            "$lt" => [new Interval(lowest, key)],
            _ => [new Interval(lowest, KeyBytes.Successor(key))],
        };
    }

    private static bool IsRangeType(BsonType type) => type is BsonType.Double or BsonType.Int32 or BsonType.Int64 or BsonType.Decimal128
        or BsonType.String or BsonType.ObjectId or BsonType.Boolean or BsonType.DateTime or BsonType.Timestamp;

    private static List<Interval>? OfType(BsonValue operand)
    {
        BsonType? type = operand.IsString
            ? operand.AsString switch
            {
                "double" or "int" or "long" or "decimal" or "number" => BsonType.Double,
                "string" => BsonType.String,
                "objectId" => BsonType.ObjectId,
                "bool" => BsonType.Boolean,
                "date" => BsonType.DateTime,
                "timestamp" => BsonType.Timestamp,
                _ => null,
            }
            : operand.IsNumeric && operand.ToDouble() is 1 or 2 or 7 or 8 or 9 or 16 or 17 or 18 or 19
                ? (BsonType)operand.ToInt32()
                : null;
        return type is { } one ? [Interval.Point([TypeRank.Of(one)])] : null;
    }
}
