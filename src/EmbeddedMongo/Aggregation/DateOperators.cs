using System.Globalization;
using System.Text;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Parts of dates and dates as text, in UTC or another time zone.</summary>
internal static class DateOperators
{
    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Part("$year", d => d.Year), Part("$month", d => d.Month), Part("$dayOfMonth", d => d.Day), Part("$hour", d => d.Hour),
        Part("$minute", d => d.Minute), Part("$second", d => d.Second), Part("$millisecond", d => d.Millisecond),
        Part("$dayOfYear", d => d.DayOfYear), Part("$dayOfWeek", d => (int)d.DayOfWeek + 1), Part("$week", d => Dates.Week(d)),
        Part("$isoWeek", d => ISOWeek.GetWeekOfYear(d)), Part("$isoDayOfWeek", d => Dates.IsoDayOfWeek(d)),
        Part("$isoWeekYear", d => (BsonInt64)(long)ISOWeek.GetYear(d)),
        Operators.Special("$dateToString", ParseToString),
        Operators.Special("$dateToParts", ParseToParts),
    ];

    /// <summary>A date by MongoDB's format specifiers.</summary>
    public static string Format(BsonDateTime date, string format, Zone zone)
    {
        var local = zone.ToLocal(date);
        var offset = zone.OffsetAt(date.ToUniversalTime());
        var result = new StringBuilder();

        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] == '%')
            {
                Append(result, format[++i], local, offset);
            }
            else
            {
                result.Append(format[i]);
            }
        }

        return result.ToString();
    }

    /// <summary>Refuses a format that holds anything but the specifiers allowed.</summary>
    public static void CheckFormat(string format, string specifiers)
    {
        for (var i = format.IndexOf('%', StringComparison.Ordinal); i >= 0; i = i + 2 <= format.Length ? format.IndexOf('%', i + 2) : -1)
        {
            if (i + 1 == format.Length)
            {
                throw Failure.Located(18535, "Unmatched '%' at end of format string");
            }

            if (!specifiers.Contains(format[i + 1], StringComparison.Ordinal))
            {
                throw Failure.Located(18536, $"Invalid format character '%{format[i + 1]}' in format string");
            }
        }
    }

    private static void Append(StringBuilder result, char specifier, DateTime date, TimeSpan offset) => _ = specifier switch
    {
        'Y' => result.Append(Digits(date.Year, 4)),
        'm' => result.Append(Digits(date.Month, 2)),
        'b' => result.Append(CultureInfo.InvariantCulture.DateTimeFormat.GetAbbreviatedMonthName(date.Month)),
        'B' => result.Append(CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(date.Month)),
        'd' => result.Append(Digits(date.Day, 2)),
        'H' => result.Append(Digits(date.Hour, 2)),
        'M' => result.Append(Digits(date.Minute, 2)),
        'S' => result.Append(Digits(date.Second, 2)),
        'L' => result.Append(Digits(date.Millisecond, 3)),
        'j' => result.Append(Digits(date.DayOfYear, 3)),
        'w' => result.Append(Digits((int)date.DayOfWeek + 1, 1)),
        'u' => result.Append(Digits(Dates.IsoDayOfWeek(date), 1)),
        'U' => result.Append(Digits(Dates.Week(date), 2)),
        'G' => result.Append(Digits(ISOWeek.GetYear(date), 4)),
        'V' => result.Append(Digits(ISOWeek.GetWeekOfYear(date), 2)),
        'z' => result.Append(offset < TimeSpan.Zero ? '-' : '+').Append(Digits(Math.Abs((int)offset.TotalHours), 2)).Append(Digits(Math.Abs(offset.Minutes), 2)),
        'Z' => result.Append(offset < TimeSpan.Zero ? '-' : '+').Append(Digits(Math.Abs((int)offset.TotalMinutes), 1)),
        _ => result.Append('%'),
    };

    private static string Digits(int number, int count) => number.ToString($"D{count}", CultureInfo.InvariantCulture);

    private static KeyValuePair<string, OperatorParse> Part(string name, Func<DateTime, BsonValue> part) => Operators.Special(name, (argument, names) =>
    {
        Expression date;
        Expression? zone = null;

        if (argument is BsonDocument document && !(document.ElementCount > 0 && document.GetElement(0).Name.StartsWith('$')))
        {
            var named = Operators.Named(name, argument, 40535, 40535, "date", "timezone");
            date = Operators.Required(named, name, "date", 40539, names);
            zone = Operators.Optional(named, "timezone", names);
        }
        else
        {
            var arguments = ExpressionParser.ParseArguments(argument, names);
            date = arguments.Length == 1 ? arguments[0]
                : throw Failure.Located(40536, $"{name} accepts exactly one argument if given an array, but was given {arguments.Length}");
        }

        return new Special(scope =>
            Dates.Find(date.Evaluate(scope)) is { } found && Zone.Of(zone, scope) is { } there ? part(there.ToLocal(found)) : BsonNull.Value);
    });

    private static Special ParseToString(BsonValue argument, Names names)
    {
        var named = Operators.Named("$dateToString", argument, 18629, 18534, "date", "format", "timezone", "onNull");
        var date = Operators.Required(named, "$dateToString", "date", 18628, names);
        var format = Operators.Optional(named, "format", names);
        var zone = Operators.Optional(named, "timezone", names);
        var onNull = Operators.Optional(named, "onNull", names);

        return new(scope =>
        {
            var value = date.Evaluate(scope);
            var pattern = FormatOf("$dateToString", 18533, format, scope, "YmbBdHMSLjwuUGVzZ%");
            var there = Zone.Of(zone, scope);

            if (Expression.IsNullish(value))
            {
                return onNull is null ? BsonNull.Value : onNull.Evaluate(scope);
            }

            if (there is null || (format is not null && pattern is null))
            {
                return BsonNull.Value;
            }

            if (pattern is null && !there.IsUtc)
            {
                throw Failure.NotSupported("$dateToString with a time zone and no format, whose default differs between versions,");
            }

            return Format(Dates.Find(value)!, pattern ?? "%Y-%m-%dT%H:%M:%S.%LZ", there);
        });
    }

    /// <summary>The format, checked before anything else is looked at; null where it has no value.</summary>
    public static string? FormatOf(string name, int code, Expression? format, Scope scope, string specifiers)
    {
        if (format?.Evaluate(scope) is not { } value || Expression.IsNullish(value))
        {
            return null;
        }

        var text = value as BsonString ?? throw Failure.Located(code, $"{name} requires that 'format' be a string, found: {Failure.TypeName(value)}");
        CheckFormat(text.Value, specifiers);
        return text.Value;
    }

    private static Special ParseToParts(BsonValue argument, Names names)
    {
        var named = Operators.Named("$dateToParts", argument, 40524, 40520, "date", "timezone", "iso8601");
        var date = Operators.Required(named, "$dateToParts", "date", 40522, names);
        var zone = Operators.Optional(named, "timezone", names);
        var iso = Operators.Optional(named, "iso8601", names) ?? new Literal(BsonBoolean.False);

        return new(scope =>
        {
            var (value, there, flag) = (date.Evaluate(scope), Zone.Of(zone, scope), iso.Evaluate(scope));

            if (there is null || Expression.IsNullish(flag))
            {
                return BsonNull.Value;
            }

            if (flag is not BsonBoolean { Value: var isIso })
            {
                throw Failure.Located(40521, $"iso8601 must evaluate to a bool, found {Failure.TypeName(flag)}");
            }

            return Dates.Find(value) is { } found ? Parts(there.ToLocal(found), isIso) : BsonNull.Value;
        });
    }

    private static BsonDocument Parts(DateTime date, bool isIso)
    {
        var day = isIso
            ? new BsonDocument { { "isoWeekYear", ISOWeek.GetYear(date) }, { "isoWeek", ISOWeek.GetWeekOfYear(date) }, { "isoDayOfWeek", Dates.IsoDayOfWeek(date) } }
            : new BsonDocument { { "year", date.Year }, { "month", date.Month }, { "day", date.Day } };

        return day.AddRange(new BsonDocument
        {
            { "hour", date.Hour }, { "minute", date.Minute }, { "second", date.Second }, { "millisecond", date.Millisecond },
        });
    }
}
