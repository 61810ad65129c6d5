using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Counting between dates and cutting them off, in units of the calendar.</summary>
internal static class DateDistances
{
    private static readonly string[] Weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    private static readonly DateTime Anchor = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Special("$dateDiff", ParseDiff),
        Operators.Special("$dateTrunc", ParseTrunc),
    ];

    private static Special ParseDiff(BsonValue argument, Names names)
    {
        var named = Operators.Named("$dateDiff", argument, 5166301, 5166302, "startDate", "endDate", "unit", "timezone", "startOfWeek");
        var start = Operators.Required(named, "$dateDiff", "startDate", 5166303, names);
        var end = Operators.Required(named, "$dateDiff", "endDate", 5166304, names);
        var unit = Operators.Required(named, "$dateDiff", "unit", 5166305, names);
        var zone = Operators.Optional(named, "timezone", names);
        var startOfWeek = Operators.Optional(named, "startOfWeek", names);

        return new(scope =>
        {
            var (from, to, units) = (start.Evaluate(scope), end.Evaluate(scope), unit.Evaluate(scope));

            if (Expression.IsNullish(from) || Expression.IsNullish(to) || Expression.IsNullish(units))
            {
                return BsonNull.Value;
            }

            var week = units == "week" ? startOfWeek : null;
            var weekday = week?.Evaluate(scope);

            if ((week is not null && Expression.IsNullish(weekday)) || Zone.Of(zone, scope) is not { } there)
            {
                return BsonNull.Value;
            }

            var first = Dates.TryFind(from!) ?? throw Failure.Located(5166307, $"$dateDiff requires 'startDate' to be a date, but got {Failure.TypeName(from)}");
            var last = Dates.TryFind(to!) ?? throw Failure.Located(5166307, $"$dateDiff requires 'endDate' to be a date, but got {Failure.TypeName(to)}");
            return (BsonInt64)Difference(first, last, UnitOf("$dateDiff", units!), there, WeekdayOf("$dateDiff", weekday));
        });
    }

    /// <summary>How many times a unit begins between two dates, as clocks and calendars of the zone show it.</summary>
    private static long Difference(BsonDateTime start, BsonDateTime end, string unit, Zone zone, int startOfWeek)
    {
        if (unit == "millisecond")
        {
            return Number.Integer(Arithmetic.Subtract((BsonInt64)end.MillisecondsSinceEpoch, (BsonInt64)start.MillisecondsSinceEpoch) as BsonInt64
                ?? throw Failure.Located(5166308, "dateDiff overflowed"));
        }

        var (from, to) = (zone.ToLocal(start), zone.ToLocal(end));

        if (unit is "hour" or "minute" or "second")
        {
            var correction = zone.OffsetAt(start.ToUniversalTime()) - zone.OffsetAt(end.ToUniversalTime());
            return (to.Ticks / DateUnits.TicksOf(unit)) - (from.Ticks / DateUnits.TicksOf(unit)) + (correction.Ticks / DateUnits.TicksOf(unit));
        }

        return Between(from, to, unit, startOfWeek);
    }

    private static long Between(DateTime from, DateTime to, string unit, int startOfWeek) => unit switch
    {
        "year" => to.Year - from.Year,
        "quarter" => ((to.Year - from.Year) * 4) + ((to.Month - 1) / 3) - ((from.Month - 1) / 3),
        "month" => ((to.Year - from.Year) * 12) + to.Month - from.Month,
        "week" => ((to.Date - from.Date).Days + DayOfWeek(from, startOfWeek) - DayOfWeek(to, startOfWeek)) / 7,
        _ => (to.Date - from.Date).Days,
    };

    private static int DayOfWeek(DateTime date, int startOfWeek) => ((int)date.DayOfWeek - startOfWeek + 7) % 7;

    private static Special ParseTrunc(BsonValue argument, Names names)
    {
        var named = Operators.Named("$dateTrunc", argument, 5439007, 5439008, "date", "unit", "binSize", "timezone", "startOfWeek");
        var date = Operators.Required(named, "$dateTrunc", "date", 5439009, names);
        var unit = Operators.Required(named, "$dateTrunc", "unit", 5439010, names);
        var binSize = Operators.Optional(named, "binSize", names) ?? new Literal((BsonInt32)1);
        var zone = Operators.Optional(named, "timezone", names);
        var startOfWeek = Operators.Optional(named, "startOfWeek", names);

        return new(scope =>
        {
            var (value, units, size) = (date.Evaluate(scope), unit.Evaluate(scope), binSize.Evaluate(scope));

            if (Expression.IsNullish(value) || Expression.IsNullish(units) || Expression.IsNullish(size))
            {
                return BsonNull.Value;
            }

            var week = units == "week" ? startOfWeek : null;
            var weekday = week?.Evaluate(scope);

            if ((week is not null && Expression.IsNullish(weekday)) || Zone.Of(zone, scope) is not { } there)
            {
                return BsonNull.Value;
            }

            var found = Dates.TryFind(value!) ?? throw Failure.Located(5439012, $"$dateTrunc requires 'date' to be a date, but got {Failure.TypeName(value)}");
            var name = UnitOf("$dateTrunc", units!);

            return !size!.IsNumeric || !Number.TryToLong(size, out var bin)
                ? throw Failure.Located(5439017, $"$dateTrunc requires 'binSize' to be a 64-bit integer, but got value '{size}' of type {Failure.TypeName(size)}")
                : bin <= 0 ? throw Failure.Located(5439018, $"$dateTrunc requires 'binSize' to be greater than 0, but got value {bin}")
                : Truncate(found, name, bin, there, WeekdayOf("$dateTrunc", weekday));
        });
    }

    /// <summary>Bins are counted from the beginning of the year 2000, or from its first week.</summary>
    private static BsonDateTime Truncate(BsonDateTime date, string unit, long binSize, Zone zone, int startOfWeek)
    {
        if (unit is "hour" or "minute" or "second" or "millisecond")
        {
            var bin = (Int128)binSize * DateUnits.TicksOf(unit);
            var utc = date.ToUniversalTime().Ticks;
            return bin / TimeSpan.TicksPerMillisecond > long.MaxValue ? throw Failure.Located(5439002, "dateTrunc overflowed")
                : new(Dates.Checked(utc - Remainder(utc - zone.FromLocal(Anchor).ToUniversalTime().Ticks, bin)));
        }

        if (binSize > 100_000_000_000)
        {
            throw Failure.Located(5439006, "dateTrunc unsupported binSize value");
        }

        var anchor = unit == "week" ? Anchor.AddDays((7 - DayOfWeek(Anchor, startOfWeek)) % 7) : Anchor;
        var distance = Between(anchor, zone.ToLocal(date), unit, startOfWeek);
        var kept = (Int128)distance - Remainder(distance, binSize);

        return zone.FromLocal(unit switch
        {
            "year" => DateUnits.AddMonths(anchor, (long)(12 * kept)),
            "quarter" => DateUnits.AddMonths(anchor, (long)(3 * kept)),
            "month" => DateUnits.AddMonths(anchor, (long)kept),
            _ => Dates.Checked(anchor.Ticks + (kept * DateUnits.TicksOf(unit))),
        });
    }

    private static Int128 Remainder(Int128 value, Int128 divisor) => ((value % divisor) + divisor) % divisor;

    private static string UnitOf(string name, BsonValue value) => value is not BsonString text
        ? throw Failure.Located(5439013, $"{name} requires 'unit' to be a string, but got {Failure.TypeName(value)}")
        : DateUnits.All.Contains(text.Value) ? text.Value
        : throw Failure.Located(5439014, $"{name} parameter 'unit' value cannot be recognized as a time unit: {text.Value}");

    private static int WeekdayOf(string name, BsonValue? value)
    {
        if (value is null)
        {
            return 0;
        }

        var text = value as BsonString ?? throw Failure.Located(5439015, $"{name} requires 'startOfWeek' to be a string, but got {Failure.TypeName(value)}");
        var day = Array.FindIndex(Weekdays, d => text.Value.Equals(d, StringComparison.OrdinalIgnoreCase) || text.Value.Equals(d[..3], StringComparison.OrdinalIgnoreCase));
        return day >= 0 ? day : throw Failure.Located(5439016, $"{name} parameter 'startOfWeek' value cannot be recognized as a day of a week: {text.Value}");
    }
}
