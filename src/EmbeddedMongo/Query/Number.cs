using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>What the four numeric BSON types have in common: comparison by value, and conversion that loses nothing unseen.</summary>
internal static class Number
{
    private const double TwoTo63 = 9223372036854775808.0;

    public static int Compare(BsonValue a, BsonValue b)
    {
        if (a is BsonDecimal128 || b is BsonDecimal128)
        {
            return DecimalNumber.Unrounded(a).CompareTo(DecimalNumber.Unrounded(b));
        }

        return (a is BsonDouble, b is BsonDouble) switch
        {
            (true, true) => a.AsDouble.CompareTo(b.AsDouble),
            (true, false) => -Compare(Integer(b), a.AsDouble),
            (false, true) => Compare(Integer(a), b.AsDouble),
            _ => Integer(a).CompareTo(Integer(b)),
        };
    }

    /// <summary>The same for numbers that compare equal, whatever their type.</summary>
    public static int Hash(BsonValue value)
    {
        var number = ToDouble(value);
        return double.IsNaN(number) ? int.MinValue : (number == 0 ? 0 : number).GetHashCode();
    }

    /// <summary>A whole number as an int if it fits (and may be one), else as a long.</summary>
    public static BsonValue Wrap(long value, bool asInt = true) =>
        asInt && value is >= int.MinValue and <= int.MaxValue ? new BsonInt32((int)value) : new BsonInt64(value);

    public static bool IsNaN(BsonValue value) => value switch
    {
        BsonDouble number => double.IsNaN(number.Value),
        BsonDecimal128 number => Decimal128.IsNaN(number.Value),
        _ => false,
    };

    public static double ToDouble(BsonValue value) => value switch
    {
        BsonDouble number => number.Value,
        BsonDecimal128 number => DecimalNumber.From(number.Value).ToDouble(),
        _ => Integer(value),
    };

    /// <summary>A double with the sign of its zero, which the BSON library drops where it shares its values.</summary>
    public static BsonValue Real(double value) => value == 0 && double.IsNegative(value) ? new BsonDouble(value) : value;

    public static long Integer(BsonValue value) => value is BsonInt32 small ? small.Value : value.AsInt64;

    /// <summary>The number as a long if it is a whole number within its range.</summary>
    public static bool TryToLong(BsonValue value, out long result)
    {
        result = 0;
        return TryTruncate(value, out var whole) && Compare(value, (BsonInt64)whole) == 0 && ((result = whole) == whole);
    }

    /// <summary>The number without its fraction, if that fits a long.</summary>
    public static bool TryTruncate(BsonValue value, out long result)
    {
        switch (value)
        {
            case BsonInt32 or BsonInt64:
                result = Integer(value);
                return true;
            case BsonDouble { Value: >= -TwoTo63 and < TwoTo63 } number:
                result = (long)number.Value;
                return true;
            case BsonDecimal128 number:
                return DecimalNumber.From(number.Value).TryTruncate(out result);
            default:
                result = 0;
                return false;
        }
    }

    private static int Compare(long whole, double other)
    {
        if (double.IsNaN(other) || other < -TwoTo63)
        {
            return 1;
        }

        if (other >= TwoTo63)
        {
            return -1;
        }

        var truncated = (long)other;
        return whole != truncated ? whole.CompareTo(truncated) : 0.0.CompareTo(other - truncated);
    }
}
