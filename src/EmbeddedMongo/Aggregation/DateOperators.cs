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
        Part("$dayOfYear", d => d.DayOfYear), Part("$dayOfWeek", d => (int)d.DayOfWeek + 1),
        Operators.Special("$dateToString", ParseToString),
    ];

    /// <summary>A date by MongoDB's format specifiers.</summary>
    public static string Format(BsonDateTime date, string format, TimeSpan offset)
    {
        var local = Local(date, offset);
        var result = new StringBuilder();

        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }

            result.Append(i + 1 < format.Length ? Specifier(format[++i], local, offset)
                : throw Failure.Located(18535, "Unmatched '%' at end of format string"));
        }

        return result.ToString();
    }

    private static string Specifier(char specifier, DateTime date, TimeSpan offset) => specifier switch
    {
        'Y' => Digits(date.Year, 4),
        'm' => Digits(date.Month, 2),
        'd' => Digits(date.Day, 2),
        'H' => Digits(date.Hour, 2),
        'M' => Digits(date.Minute, 2),
        'S' => Digits(date.Second, 2),
        'L' => Digits(date.Millisecond, 3),
        'j' => Digits(date.DayOfYear, 3),
        'w' => Digits((int)date.DayOfWeek + 1, 1),
        'u' => Digits(date.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)date.DayOfWeek, 1),
        'G' => Digits(ISOWeek.GetYear(date), 4),
        'V' => Digits(ISOWeek.GetWeekOfYear(date), 2),
        'z' => (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString("hhmm", CultureInfo.InvariantCulture),
        '%' => "%",
        'b' or 'B' or 'U' or 'Z' => throw Failure.NotSupported($"the format specifier '%{specifier}'"),
        _ => throw Failure.Located(18536, $"Invalid format character '%{specifier}' in format string"),
    };

    private static string Digits(int number, int count) => number.ToString($"D{count}", CultureInfo.InvariantCulture);

    private static KeyValuePair<string, OperatorParse> Part(string name, Func<DateTime, int> part) => Operators.Special(name, (argument, names) =>
    {
        Expression date;
        Expression? zone = null;

        if (argument is BsonDocument document && !(document.ElementCount > 0 && document.GetElement(0).Name.StartsWith('$')))
        {
            var named = Operators.Named(name, argument, 40535, "date", "timezone");
            date = Operators.Required(named, name, "date", 40539, names);
            zone = named.Find("timezone") is { } given ? ExpressionParser.Parse(given, names) : null;
        }
        else
        {
            date = Operators.Arguments(name, argument, names, 1, 1)[0];
        }

        return new Special(scope => Find(date.Evaluate(scope)) is { } found && OffsetOf(zone, found, scope) is { } offset
            ? part(Local(found, offset))
            : BsonNull.Value);
    });

    private static Special ParseToString(BsonValue argument, Names names)
    {
        var named = Operators.Named("$dateToString", argument, 18534, "date", "format", "timezone", "onNull");
        var date = Operators.Required(named, "$dateToString", "date", 18628, names);
        var format = named.Find("format") is { } given ? ExpressionParser.Parse(given, names) : null;
        var zone = named.Find("timezone") is { } place ? ExpressionParser.Parse(place, names) : null;
        var onNull = named.Find("onNull") is { } other ? ExpressionParser.Parse(other, names) : new Literal(BsonNull.Value);

        return new(scope =>
        {
            if (Find(date.Evaluate(scope)) is not { } found)
            {
                return onNull.Evaluate(scope);
            }

            var pattern = format is null ? (zone is null ? "%Y-%m-%dT%H:%M:%S.%LZ" : "%Y-%m-%dT%H:%M:%S.%L%z") : format.Evaluate(scope);

            return pattern is null or BsonNull || OffsetOf(zone, found, scope) is not { } offset ? BsonNull.Value
                : pattern is BsonString text ? Format(found, text.Value, offset)
                : throw Failure.Located(18533, $"$dateToString requires that 'format' be a string, found: {Failure.TypeName(pattern)}");
        });
    }

    private static BsonDateTime? Find(BsonValue? value) => value switch
    {
        null or BsonNull or BsonUndefined => null,
        BsonDateTime date => date,
        BsonObjectId id => new(id.Value.CreationTime),
        BsonTimestamp stamp => new((stamp.Value >> 32) * 1000),
        _ => throw Failure.Located(16006, $"can't convert from BSON type {Failure.TypeName(value)} to Date"),
    };

    private static DateTime Local(BsonDateTime date, TimeSpan offset) => date.IsValidDateTime
        ? date.ToUniversalTime() + offset
        : throw Failure.NotSupported("a date before the year 1 or after 9999");

    private static TimeSpan? OffsetOf(Expression? zone, BsonDateTime date, Scope scope)
    {
        if (zone is null)
        {
            return TimeSpan.Zero;
        }

        var value = zone.Evaluate(scope);

        if (Expression.IsNullish(value))
        {
            return null;
        }

        var name = value is BsonString text ? text.Value
            : throw Failure.Located(40517, $"timezone must evaluate to a string, found {Failure.TypeName(value)}");

        if (name.Length > 0 && name[0] is '+' or '-')
        {
            string[] formats = ["hh", "hhmm", @"hh\:mm"];

            return TimeSpan.TryParseExact(name[1..], formats, CultureInfo.InvariantCulture, out var offset)
                ? (name[0] == '-' ? -offset : offset)
                : throw Failure.Located(40485, $"unrecognized time zone identifier: \"{name}\"");
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found)
            ? found.GetUtcOffset(Local(date, TimeSpan.Zero))
            : throw Failure.Located(40485, $"unrecognized time zone identifier: \"{name}\"");
    }
}
