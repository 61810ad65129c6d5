using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>The keys that can satisfy one condition. Too many are harmless, as every document is matched again; too few are not.</summary>
internal static class OperandBounds
{
    private static readonly Interval Null = Interval.Point([TypeRank.Null], BsonNull.Value);
    private static readonly Interval Undefined = Interval.Point([TypeRank.Undefined], BsonUndefined.Value);

    /// <summary>Null where the condition says nothing that an index could use.</summary>
    public static List<Interval>? Of(string name, BsonValue operand, Collation? collation = null) => name switch
    {
        "$eq" => Equal(operand, collation),
        "$in" => operand is BsonArray any ? AnyOf(any, collation) : null,
        "$gt" or "$gte" or "$lt" or "$lte" => Range(name, operand, collation),
        "$type" => OfType(operand),
        "$exists" => operand.ToBoolean() ? null : [Null],
        "$regex" => operand is BsonRegularExpression pattern ? Matching(pattern) : null,
        _ => null,
    };

    /// <summary>Whether a value that is no array meets the condition if, and only if, its key lies within the bounds.</summary>
    public static bool AreExact(string name, BsonValue operand) => name switch
    {
        "$eq" or "$gt" or "$gte" or "$lt" or "$lte" => IsRangeType(operand.BsonType) && !IsNotANumber(operand),
        "$in" => operand is BsonArray any && any.All(one => AreExact("$eq", one)),
        _ => false,
    };

    private static List<Interval>? Equal(BsonValue operand, Collation? collation) => operand switch
    {
        BsonRegularExpression or BsonUndefined => null,
        BsonNull => [Undefined, Null],
        // The whole array can be an element itself; otherwise its first element is one.
        BsonArray { Count: 0 } => Intervals.Union([Undefined, Point(operand, collation)]),
        BsonArray array => array[0] is BsonRegularExpression or BsonUndefined ? null : Intervals.Union([Point(array[0], collation), Point(operand, collation)]),
        _ => [Point(operand, collation)],
    };

    private static Interval Point(BsonValue value, Collation? collation) => Interval.Point(KeyWriter.Encode(value, collation), value);

    private static List<Interval>? AnyOf(BsonArray operands, Collation? collation)
    {
        var each = operands.Select(o => Equal(o, collation)).ToList();
        return each.TrueForAll(e => e is not null) ? Intervals.Union(each.SelectMany(e => e!)) : null;
    }

    private static List<Interval>? Range(string name, BsonValue operand, Collation? collation)
    {
        if (!IsRangeType(operand.BsonType) || IsNotANumber(operand))
        {
            return null;
        }

        var key = KeyWriter.Encode(operand, collation);
        var all = TypeBounds.Of(operand.BsonType);
        var (closed, open) = (new Edge(operand, false), new Edge(operand, true));
        return name switch
        {
            "$gt" => [all with { From = KeyBytes.Successor(key), Low = open }],
            "$gte" => [all with { From = key, Low = closed }],
            "$lt" => [all with { To = key, High = open }],
            _ => [all with { To = KeyBytes.Successor(key), High = closed }],
        };
    }

    private static bool IsNotANumber(BsonValue value) => value switch
    {
        BsonDouble number => double.IsNaN(number.Value),
        BsonDecimal128 number => Decimal128.IsNaN(number.Value),
        _ => false,
    };

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
        return type is { } one ? [TypeBounds.Whole(one)] : null;
    }

    // What begins with the pattern's literal part, and the same pattern stored as a value.
    private static List<Interval>? Matching(BsonRegularExpression pattern)
    {
        var prefix = RegexPrefix.Of(pattern);
        if (prefix.Length == 0)
        {
            return null;
        }

        // The key of a string ends in two zero bytes, which what begins with it does not have.
        var from = KeyWriter.Encode(prefix)[..^2];
        var after = prefix[..^1] + (char)(prefix[^1] + 1);
        var strings = new Interval(from, KeyBytes.Successor(from)) { Low = new(prefix, false), High = new(after, true) };
        return [strings, TypeBounds.Whole(BsonType.RegularExpression) with { Low = new(pattern, false), High = new(pattern, false) }];
    }
}
