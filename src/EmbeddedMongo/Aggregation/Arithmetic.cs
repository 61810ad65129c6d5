using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Arithmetic on BSON numbers: the wider type wins, an int that overflows becomes a long and a long a double.</summary>
internal static class Arithmetic
{
    public static BsonType Widest(BsonValue a, BsonValue b) =>
        a is BsonDecimal128 || b is BsonDecimal128 ? BsonType.Decimal128
        : a is BsonDouble || b is BsonDouble ? BsonType.Double
        : a is BsonInt64 || b is BsonInt64 ? BsonType.Int64 : BsonType.Int32;

    public static BsonValue Add(BsonValue a, BsonValue b) => Widest(a, b) switch
    {
        BsonType.Decimal128 => (DecimalNumber.Calculable(a) + DecimalNumber.Calculable(b)).ToBson(),
        BsonType.Double => Number.Real(Number.ToDouble(a) + Number.ToDouble(b)),
        var type => Whole(type, (Int128)Number.Integer(a) + Number.Integer(b)),
    };

    // A difference that outgrows a long is that of the doubles nearest to the two.
    public static BsonValue Subtract(BsonValue a, BsonValue b) => Widest(a, b) switch
    {
        BsonType.Decimal128 => (DecimalNumber.Calculable(a) - DecimalNumber.Calculable(b)).ToBson(),
        BsonType.Double => Number.Real(Number.ToDouble(a) - Number.ToDouble(b)),
        var type => Whole(type, (Int128)Number.Integer(a) - Number.Integer(b)) is var whole and not BsonDouble ? whole : Number.ToDouble(a) - Number.ToDouble(b),
    };

    public static BsonValue Multiply(BsonValue a, BsonValue b) => Widest(a, b) switch
    {
        BsonType.Decimal128 => (DecimalNumber.Calculable(a) * DecimalNumber.Calculable(b)).ToBson(),
        BsonType.Double => Number.Real(Number.ToDouble(a) * Number.ToDouble(b)),
        var type => Whole(type, (Int128)Number.Integer(a) * Number.Integer(b)),
    };

    private static BsonValue Whole(BsonType type, Int128 result) =>
        type == BsonType.Int32 && result >= int.MinValue && result <= int.MaxValue ? (int)result
        : result >= long.MinValue && result <= long.MaxValue ? (BsonInt64)(long)result
        : (double)result;
}
