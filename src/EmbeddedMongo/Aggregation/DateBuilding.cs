using System.Globalization;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Dates from their parts and from text.</summary>
internal static class DateBuilding
{
    private static readonly string[] Times = ["hour", "minute", "second", "millisecond"];
    private static readonly string[] Days = ["year", "month", "day"];
    private static readonly string[] IsoDays = ["isoWeekYear", "isoWeek", "isoDayOfWeek"];

    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Special("$dateFromParts", ParseParts),
        Operators.Special("$dateFromString", ParseText),
    ];

    private static Special ParseParts(BsonValue argument, Names names)
    {
        var named = Operators.Named("$dateFromParts", argument, 40519, 40518, [.. Times, .. Days, .. IsoDays, "timezone"]);
        var isIso = named.Contains("isoWeekYear");

        if (!isIso && !named.Contains("year"))
        {
            throw Failure.Located(40516, "$dateFromParts requires either 'year' or 'isoWeekYear' to be present");
        }

        if ((isIso ? Days : IsoDays).Any(named.Contains))
        {
            throw named.Contains("year")
                ? Failure.Located(40489, "$dateFromParts does not allow mixing natural dates with ISO dates")
                : Failure.Located(40525, "$dateFromParts does not allow mixing ISO dates with natural dates");
        }

        var parts = Times.Concat(isIso ? IsoDays : Days)
            .Select(name => (Name: name, Value: Operators.Optional(named, name, names), Fallback: Times.Contains(name) ? 0L : 1)).ToArray();
        var zone = Operators.Optional(named, "timezone", names);

        return new(scope =>
        {
            var numbers = new long[parts.Length];

            for (var i = 0; i < parts.Length; i++)
            {
                if (PartOf(parts[i].Name, parts[i].Value, parts[i].Fallback, scope) is not { } number)
                {
                    return BsonNull.Value;
                }

                numbers[i] = number;
            }

            return Zone.Of(zone, scope) is { } there ? there.FromLocal(Combine(numbers, isIso)) : BsonNull.Value;
        });
    }

    private static long? PartOf(string name, Expression? part, long fallback, Scope scope)
    {
        var value = part is null ? (BsonInt64)fallback : part.Evaluate(scope);

        if (Expression.IsNullish(value))
        {
            return null;
        }

        if (!value!.IsNumeric || !Number.TryToLong(value, out var number))
        {
            throw Failure.Located(40515, $"'{name}' must evaluate to an integer, found {Failure.TypeName(value)} with value {value}");
        }

        return name switch
        {
            "year" when number is < 1 or > 9999 => throw Failure.Located(40523, $"'year' must evaluate to an integer in the range 1 to 9999, found {number}"),
            "isoWeekYear" when number is < 1 or > 9999 =>
                throw Failure.Located(31095, $"'isoWeekYear' must evaluate to an integer in the range 1 to 9999, found {number}"),
            "year" or "isoWeekYear" or "second" or "millisecond" => number,
            _ when number is < short.MinValue or > short.MaxValue =>
                throw Failure.Located(31034, $"'{name}' must evaluate to a value in the range [-32768, 32767]; value {number} is not in range"),
            _ => number,
        };
    }

    // What goes beyond a day, month or year counts on from there.
    private static DateTime Combine(long[] parts, bool isIso)
    {
        var (year, middle, day) = (parts[4], parts[5], parts[6]);
        var start = isIso
            ? Dates.Checked(ISOWeek.ToDateTime((int)year, 1, DayOfWeek.Monday).Ticks + ((Int128)((middle - 1) * 7) + day - 1) * TimeSpan.TicksPerDay)
            : Dates.Day(year, middle, day);
        return Dates.Checked(start.Ticks + ((Int128)parts[0] * TimeSpan.TicksPerHour) + ((Int128)parts[1] * TimeSpan.TicksPerMinute)
            + ((Int128)parts[2] * TimeSpan.TicksPerSecond) + ((Int128)parts[3] * TimeSpan.TicksPerMillisecond));
    }

    private static Special ParseText(BsonValue argument, Names names)
    {
        var named = Operators.Named("$dateFromString", argument, 40540, 40541, "dateString", "format", "timezone", "onNull", "onError");
        var text = Operators.Required(named, "$dateFromString", "dateString", 40542, names);
        var format = Operators.Optional(named, "format", names);
        var zone = Operators.Optional(named, "timezone", names);
        var onNull = Operators.Optional(named, "onNull", names);
        var onError = Operators.Optional(named, "onError", names);

        return new(scope =>
        {
            var value = text.Evaluate(scope);
            var pattern = DateOperators.FormatOf("$dateFromString", 40684, format, scope, "YmbBdHMSLjuGVzZ%");
            var there = Zone.Of(zone, scope);

            if (Expression.IsNullish(value))
            {
                return onNull is null ? BsonNull.Value : onNull.Evaluate(scope);
            }

            try
            {
                var written = value as BsonString
                    ?? throw DateText.Failed($"$dateFromString requires that 'dateString' be a string, found: {Failure.TypeName(value)} with value {value}");

                return there is null || (format is not null && pattern is null) ? BsonNull.Value
                    : pattern is null ? DateText.Parse(written.Value, there) : DateText.Parse(written.Value, pattern, there);
            }
            catch (MongoError error) when (error.Code == 241 && onError is not null)
            {
                return onError.Evaluate(scope);
            }
        });
    }
}
