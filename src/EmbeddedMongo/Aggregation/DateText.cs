using System.Globalization;
using System.Text.RegularExpressions;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>
/// Reads dates: ISO 8601, or by a format. MongoDB's parser guesses at many other spellings; where its guess is not certain to be
/// known, the text is refused as unsupported and neither read nor called wrong.
/// </summary>
internal static partial class DateText
{
    private static readonly string[] Months = CultureInfo.InvariantCulture.DateTimeFormat.MonthNames[..12];

    public static MongoError Failed(string message) => new(241, "ConversionFailure", message);

    public static BsonDateTime Parse(string text, Zone zone)
    {
        if (Iso().Match(text) is not { Success: true } match)
        {
            throw text.Length == 0 ? Failed("Error parsing date string ''; 0: Empty string") : Failure.NotSupported($"a date written like '{text}'");
        }

        int Part(string name) => match.Groups[name] is { Success: true, ValueSpan: var digits } ? int.Parse(digits, CultureInfo.InvariantCulture) : 0;

        var (year, month, day) = (Part("Y"), Part("m"), Part("d"));

        if (year == 0 || month is 0 or > 12 || day is 0 or > 31 || Part("H") > 23 || Part("M") > 59 || Part("S") > 59)
        {
            throw Failure.NotSupported($"a date written like '{text}'");
        }

        var parts = new DateParts
        {
            Year = year,
            Month = month,
            Day = day,
            Hour = Part("H"),
            Minute = Part("M"),
            Second = Part("S"),
            Millisecond = Part("L") * (match.Groups["L"].Length switch { 1 => 100, 2 => 10, _ => 1 }),
            Offset = match.Groups["z"].Success ? OffsetOf(match.Groups["z"].Value) : null,
        };

        return parts.ToDate(text, zone);
    }

    public static BsonDateTime Parse(string text, string format, Zone zone)
    {
        var parts = new DateParts();
        var at = 0;

        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || format[++i] == '%')
            {
                at = at < text.Length && text[at] == format[i] ? at + 1 : throw Mismatch(text);
                continue;
            }

            switch (format[i])
            {
                case 'Y': parts.Year = Digits(text, ref at, 4, 4); break;
                case 'G': parts.IsoYear = Digits(text, ref at, 4, 4); break;
                case 'm': parts.Month = Digits(text, ref at, 1, 2); break;
                case 'd': parts.Day = Digits(text, ref at, 1, 2); break;
                case 'H': parts.Hour = Digits(text, ref at, 1, 2); break;
                case 'M': parts.Minute = Digits(text, ref at, 2, 2); break;
                case 'S': parts.Second = Digits(text, ref at, 2, 2); break;
                case 'L': parts.Millisecond = Digits(text, ref at, 3, 3); break;
                case 'j': parts.DayOfYear = Digits(text, ref at, 3, 3); break;
                case 'V': parts.IsoWeek = Digits(text, ref at, 2, 2); break;
                case 'u': parts.IsoDay = Digits(text, ref at, 1, 1); break;
                case 'b' or 'B': parts.Month = MonthOf(text, ref at, format[i] == 'b'); break;
                default:
                    var zoned = (format[i] == 'z' ? Offset() : Minutes()).Match(text, at);
                    parts.Offset = zoned.Success ? format[i] == 'z' ? OffsetOf(zoned.Value) : TimeSpan.FromMinutes(int.Parse(zoned.Value, CultureInfo.InvariantCulture))
                        : throw Failure.NotSupported($"a time zone written like '{text[at..]}'");
                    at += zoned.Length;
                    break;
            }
        }

        return at == text.Length ? parts.ToDate(text, zone) : throw Mismatch(text);
    }

    private static int Digits(string text, ref int at, int least, int most)
    {
        var count = 0;

        while (count < most && at + count < text.Length && char.IsAsciiDigit(text[at + count]))
        {
            count++;
        }

        if (count < least)
        {
            // Of years, and of others as long, fewer digits have been enough for some versions.
            throw count == 0 || most == 2 ? Mismatch(text) : Failure.NotSupported($"a date with so few digits as '{text}'");
        }

        at += count;
        return int.Parse(text.AsSpan(at - count, count), CultureInfo.InvariantCulture);
    }

    private static int MonthOf(string text, ref int at, bool isShort)
    {
        var rest = text[at..];
        var month = Array.FindIndex(Months, m => rest.StartsWith(isShort ? m[..3] : m, StringComparison.OrdinalIgnoreCase));
        at += month < 0 ? throw Failure.NotSupported($"a month written like '{rest}'") : isShort ? 3 : Months[month].Length;
        return at < text.Length && char.IsAsciiLetter(text[at]) ? throw Failure.NotSupported($"a month written like '{rest}'") : month + 1;
    }

    private static TimeSpan OffsetOf(string text)
    {
        if (text is "Z" or "z")
        {
            return TimeSpan.Zero;
        }

        var digits = text[1..].Replace(":", "", StringComparison.Ordinal).PadRight(4, '0');
        var offset = new TimeSpan(int.Parse(digits[..2], CultureInfo.InvariantCulture), int.Parse(digits[2..], CultureInfo.InvariantCulture), 0);
        return text[0] == '-' ? -offset : offset;
    }

    private static MongoError Mismatch(string text) => Failed($"Error parsing date string '{text}'");

    [GeneratedRegex(@"^(?<Y>[0-9]{4})-(?<m>[0-9][0-9])-(?<d>[0-9][0-9])([T ](?<H>[0-9][0-9]):(?<M>[0-9][0-9])(:(?<S>[0-9][0-9])(\.(?<L>[0-9]{1,3}))?)?(?<z>Z|[+-][0-9][0-9]:?[0-9][0-9])?)?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Iso();

    [GeneratedRegex(@"\G(Z|[+-][0-9][0-9]:?[0-9][0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Offset();

    [GeneratedRegex(@"\G[+-][0-9]{1,3}", RegexOptions.CultureInvariant)]
    private static partial Regex Minutes();
}
