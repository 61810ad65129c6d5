using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Rounding to places after (or, negative, before) the point; the type of the number stays.</summary>
internal static class Rounding
{
    public static BsonValue Round(string name, BsonValue?[] values, MidpointRounding mode)
    {
        if (Expression.IsNullish(values[0]) || (values.Length == 2 && Expression.IsNullish(values[1])))
        {
            return BsonNull.Value;
        }

        var places = 0L;

        if (values.Length == 2 && !(values[1]!.IsNumeric && Number.TryToLong(values[1]!, out places)))
        {
            throw Failure.Located(51082, $"precision argument to  {name} must be a integral value");
        }

        if (places is < -20 or > 100)
        {
            throw Failure.Located(51083, $"cannot apply {name} with precision value {places} value must be in [-20, 100]");
        }

        return ArithmeticOperators.Unary(name, values[0], number => Round(number, (int)places, mode));
    }

    public static BsonValue Round(BsonValue number, int places, MidpointRounding mode)
    {
        if (number is BsonDecimal128)
        {
            return DecimalNumber.Exactly(number).Round(places, mode).ToBson();
        }

        if (number is BsonDouble real)
        {
            // Through decimals beyond plain rounding: 1.005 must be judged by its digits, not by what a multiplication leaves of them.
            return places == 0 ? Math.Round(real.Value, mode)
                : double.IsFinite(real.Value) ? DecimalNumber.Exactly(number).Round(places, mode).ToDouble() : number;
        }

        if (places >= 0)
        {
            return number;
        }

        DecimalNumber.Exactly(number).Round(places, mode).TryTruncate(out var whole);
        return Number.Wrap(whole, number is BsonInt32);
    }
}
