using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Rounding to places after (or, negative, before) the point; the type of the number stays.</summary>
internal static class Rounding
{
    public static BsonValue Round(string name, BsonValue?[] values, MidpointRounding mode)
    {
        if (Expression.IsNullish(values[0]))
        {
            return BsonNull.Value;
        }

        if (!values[0]!.IsNumeric)
        {
            throw Failure.Located(51081, $"{name} only supports numeric types, not {Failure.TypeName(values[0])}");
        }

        if (values.Length == 2 && Expression.IsNullish(values[1]))
        {
            return BsonNull.Value;
        }

        var places = 0L;

        if (values.Length == 2 && !(values[1]!.IsNumeric && Number.TryToLong(values[1]!, out places)))
        {
            throw Failure.Located(51082, $"precision argument to  {name} must be a integral value");
        }

        return places is >= -20 and <= 100 ? Round(name, values[0]!, (int)places, mode)
            : throw Failure.Located(51083, $"cannot apply {name} with precision value {places} value must be in [-20, 100]");
    }

    /// <summary>To the next whole number, of any size.</summary>
    public static BsonValue ToWhole(string name, BsonValue number, MidpointRounding mode) => number switch
    {
        BsonDouble real => Number.Real(Math.Round(real.Value, mode)),
        BsonDecimal128 { Value: var exact } when Decimal128.IsInfinity(exact) => throw Failure.NotSupported($"{name} of infinity"),
        _ => Round(name, number, 0, mode),
    };

    private static BsonValue Round(string name, BsonValue number, int places, MidpointRounding mode)
    {
        var exact = DecimalNumber.Exactly(number);

        switch (number)
        {
            case BsonDecimal128 or BsonDouble when !exact.IsFinite:
                return number;
            case BsonDouble real when places == 0 && Math.Abs(real.Value) < 1e34:
                return Number.Real(Math.Round(real.Value, mode));
            case BsonDecimal128 or BsonDouble:
                // Through decimals beyond plain rounding: 1.005 must be judged by its digits, not by what a multiplication leaves of them.
                var rounded = exact.Quantize(places, mode);
                return !rounded.IsFinite ? throw Failure.NotSupported($"{name} to more digits than a decimal has")
                    : number is BsonDouble ? Number.Real(rounded.IsZero && double.IsNegative(number.AsDouble) ? -0.0 : rounded.ToDouble())
                    : rounded.IsZero && Decimal128.IsNegative(number.AsDecimal128) ? new BsonDecimal128(Decimal128.Parse($"-0E{-places}"))
                    : rounded.ToBson();
            default:
                return places >= 0 ? number
                    : exact.Round(places, mode).TryTruncate(out var whole) ? Number.Wrap(whole, number is BsonInt32)
                    : throw Failure.Located(51080, $"invalid conversion from Decimal128 result in {name} resulting from arguments: [{number}, {places}]");
        }
    }
}
