using System.Globalization;
using System.Text.RegularExpressions;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Numbers from text and doubles as text, as far as all versions agree.</summary>
internal static partial class NumberText
{
    // The least double that has all its digits; the C library that MongoDB reads with calls anything below an error.
    private const double LeastNormal = 2.2250738585072014E-308;

    public static double ToDouble(string text)
    {
        if (Special(text) is { } special)
        {
            return special;
        }

        if (!Real().IsMatch(text))
        {
            throw text.StartsWith("-0x", StringComparison.OrdinalIgnoreCase) || text.StartsWith("+0x", StringComparison.OrdinalIgnoreCase)
                || text.StartsWith("0X", StringComparison.Ordinal) ? Failure.NotSupported("a hexadecimal number") : Unreadable(text);
        }

        var number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        var isZero = text.TakeWhile(c => c is not ('e' or 'E')).All(c => c is not (>= '1' and <= '9'));
        return double.IsFinite(number) && (isZero || Math.Abs(number) >= LeastNormal) ? number : throw Unreadable(text);
    }

    public static BsonDecimal128 ToDecimal(string text) =>
        Decimal128.TryParse(text, out var parsed) && !text.AsSpan().ContainsAny(" \t\r\n") ? new(parsed)
        : Real().IsMatch(text) ? throw Failure.NotSupported($"a decimal of so many digits as '{text}'")
        : throw Unreadable(text);

    /// <summary>Up to six digits; how more are written has differed between versions.</summary>
    public static string Of(double number)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
        }

        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var size = Math.Abs(number);

        return number == 0 ? double.IsNegative(number) ? "-0" : "0"
            : size is >= 1e-4 and < 1e6 && text.Count(char.IsAsciiDigit) - text.TakeWhile(c => c is '-' or '0' or '.').Count(c => c == '0') <= 6 ? text
            : throw Failure.NotSupported($"a double of so many digits as {text} as text, which is written differently by different versions,");
    }

    public static MongoError Unreadable(string text) => Conversions.Failed($"Failed to parse number '{text}' in $convert with no onError value");

    private static double? Special(string text) => text.TrimStart('+', '-').ToUpperInvariant() switch
    {
        _ when text.Length > 1 && text[0] is '+' or '-' && text[1] is '+' or '-' => null,
        "INF" or "INFINITY" => text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity,
        "NAN" => double.NaN,
        _ => null,
    };

    [GeneratedRegex(@"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Real();
}
