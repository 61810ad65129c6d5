using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary><c>$dateAdd</c> and <c>$dateSubtract</c>.</summary>
internal static class DateAddition
{
    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Special("$dateAdd", (argument, names) => Parse("$dateAdd", argument, names, 1)),
        Operators.Special("$dateSubtract", (argument, names) => Parse("$dateSubtract", argument, names, -1)),
    ];

    private static Special Parse(string name, BsonValue argument, Names names, int sign)
    {
        var named = Operators.Named(name, argument, 5166400, 5166401, "startDate", "unit", "amount", "timezone");
        var start = Operators.Required(named, name, "startDate", 5166402, names);
        var unit = Operators.Required(named, name, "unit", 5166402, names);
        var amount = Operators.Required(named, name, "amount", 5166402, names);
        var zone = Operators.Optional(named, "timezone", names);

        return new(scope =>
        {
            var (from, units, count) = (start.Evaluate(scope), unit.Evaluate(scope), amount.Evaluate(scope));

            if (Expression.IsNullish(from) || Expression.IsNullish(units) || Expression.IsNullish(count) || Zone.Of(zone, scope) is not { } there)
            {
                return BsonNull.Value;
            }

            var date = Dates.TryFind(from!) ?? throw Failure.Located(5166403, $"{name} requires startDate to be convertible to a date");
            var text = units as BsonString ?? throw Failure.Located(5166404, $"{name} expects string defining the time unit");

            if (!DateUnits.All.Contains(text.Value))
            {
                throw Failure.FailedToParse($"unknown time unit value: {text.Value}");
            }

            return !count!.IsNumeric || !Number.TryToLong(count, out var whole) ? throw Failure.Located(5166405, $"{name} expects integer amount of time units")
                : whole == long.MinValue && sign < 0 ? throw Failure.Located(6045000, $"invalid $dateSubtract 'amount' parameter value: {whole}")
                : Add(date, text.Value, sign * whole, there);
        });
    }

    private static BsonDateTime Add(BsonDateTime date, string unit, long amount, Zone zone)
    {
        if (unit != "millisecond" && Int128.Abs(amount) >= MostOf(unit))
        {
            throw Failure.Located(5976500, $"invalid dateAdd 'amount' parameter value: {amount} {unit}");
        }

        // Days and more keep the time that clocks show; less is a time that passes.
        var local = zone.ToLocal(date);

        return unit switch
        {
            "year" => zone.FromLocal(DateUnits.AddMonths(local, 12 * amount)),
            "quarter" => zone.FromLocal(DateUnits.AddMonths(local, 3 * amount)),
            "month" => zone.FromLocal(DateUnits.AddMonths(local, amount)),
            "week" or "day" => zone.FromLocal(Dates.Checked(local.Ticks + ((Int128)amount * DateUnits.TicksOf(unit)))),
            _ => new(Dates.Checked(date.ToUniversalTime().Ticks + ((Int128)amount * DateUnits.TicksOf(unit)))),
        };
    }

    private static Int128 MostOf(string unit)
    {
        const long days = 213_503_982_335;
        const long years = (days / 365) + 1;

        return unit switch
        {
            "year" => years,
            "quarter" => years * 4,
            "month" => years * 12,
            "week" => days / 7,
            _ => (Int128)days * TimeSpan.TicksPerDay / DateUnits.TicksOf(unit),
        };
    }
}
