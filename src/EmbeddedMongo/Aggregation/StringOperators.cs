using System.Text;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Strings; positions count code points, and case is that of ASCII letters.</summary>
internal static class StringOperators
{
    // More than fit in any document.
    private const int MostCharacters = 32_000_000;

    // White space to $trim: ASCII's and a few of Unicode's spaces.
    private const string Blanks = "\0 \t\n\v\f\r\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A";

    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Of("$concat", 0, int.MaxValue, Concat),
        Operators.Of("$toLower", a => ChangeCase(a, char.IsAsciiLetterUpper)),
        Operators.Of("$toUpper", Upper),
        Operators.Of("$strLenCP", a => a is BsonString text ? Length(text.Value)
            : throw Failure.Located(34471, $"$strLenCP requires a string argument, found: {Failure.TypeName(a)}")),
        Operators.Of("$substrCP", 3, 3, Substring),
        Operators.Of("$indexOfCP", 2, 4, IndexOf),
        Operators.Of("$split", Split),
        Operators.Special("$trim", (argument, names) => ParseTrim("$trim", argument, names, start: true, end: true)),
        Operators.Special("$ltrim", (argument, names) => ParseTrim("$ltrim", argument, names, start: true, end: false)),
        Operators.Special("$rtrim", (argument, names) => ParseTrim("$rtrim", argument, names, start: false, end: true)),
        Operators.Special("$replaceOne", (argument, names) => ParseReplace("$replaceOne", argument, names, all: false)),
        Operators.Special("$replaceAll", (argument, names) => ParseReplace("$replaceAll", argument, names, all: true)),
        Operators.Of("$strcasecmp", (a, b) => Math.Sign(BsonOrder.CompareStrings(Upper(a).Value, Upper(b).Value))),
    ];

    private static BsonValue Concat(BsonValue?[] values)
    {
        var result = new StringBuilder();

        foreach (var value in values)
        {
            if (Expression.IsNullish(value))
            {
                return BsonNull.Value;
            }

            result.Append(value is BsonString text ? text.Value
                : throw Failure.Located(16702, $"$concat only supports strings, not {Failure.TypeName(value)}"));

            CheckLength(result.Length);
        }

        return result.ToString();
    }

    private static void CheckLength(long length)
    {
        if (length > MostCharacters)
        {
            throw Failure.NotSupported($"a string of more than {MostCharacters} characters");
        }
    }

    private static BsonString Upper(BsonValue? value) => ChangeCase(value, char.IsAsciiLetterLower);

    private static BsonString ChangeCase(BsonValue? value, Func<char, bool> changes) =>
        string.Concat(Conversions.ToText(value, 16007).Select(c => changes(c) ? (char)(c ^ 0x20) : c));

    public static int Length(string text)
    {
        var pairs = 0;

        for (var i = 1; i < text.Length; i++)
        {
            pairs += char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        }

        return text.Length - pairs;
    }

    private static BsonString Substring(BsonValue?[] values)
    {
        var text = Conversions.ToText(values[0], 16007);
        var (start, length) = (Whole("$substrCP: starting index", values[1], 34450, 34451), Whole("$substrCP: length", values[2], 34452, 34453));

        return length < 0 ? throw Failure.Located(34454, "$substrCP: length must be a nonnegative integer.")
            : start < 0 ? throw Failure.Located(34455, "$substrCP: the starting index must be nonnegative integer.")
            : string.Concat(text.EnumerateRunes().Skip(start).Take(length));
    }

    private static int Whole(string what, BsonValue? value, int typeCode, int rangeCode) => value is not { IsNumeric: true }
        ? throw Failure.Located(typeCode, $"{what} must be a numeric type (is BSON type {Failure.TypeName(value)})")
        : Number.TryToLong(value, out var whole) && whole is >= int.MinValue and <= int.MaxValue ? (int)whole
        : throw Failure.Located(rangeCode, $"{what} cannot be represented as a 32-bit integral value: {value}");

    /// <summary>An index at which to begin or end a search.</summary>
    public static int Index(string name, BsonValue? value) => value is { IsNumeric: true } && Number.TryToLong(value, out var index)
        && index is >= int.MinValue and <= int.MaxValue
        ? index >= 0 ? (int)index : throw Failure.Located(40097, $"{name} requires a nonnegative index, found: {index}")
        : throw Failure.Located(40096, $"{name} requires an integral index, found a value of type: {Failure.TypeName(value)}");

    private static BsonValue IndexOf(BsonValue?[] values)
    {
        if (Expression.IsNullish(values[0]))
        {
            return BsonNull.Value;
        }

        var text = Text(values[0], 40093, "$indexOfCP requires a string as the first argument");
        var sought = Text(values[1], 40094, "$indexOfCP requires a string as the second argument");
        var length = Length(text);
        var start = values.Length > 2 ? Index("$indexOfCP", values[2]) : 0;
        var end = values.Length > 3 ? Math.Min(Index("$indexOfCP", values[3]), length) : length;

        if (end < start || text.Length == 0)
        {
            return end >= start && sought.Length == 0 ? 0 : -1;
        }

        // What is found must begin before the end, but may go beyond it.
        var at = 0;

        for (var point = 0; point < end; point++)
        {
            if (point >= start && string.CompareOrdinal(text, at, sought, 0, sought.Length) == 0)
            {
                return point;
            }

            at += char.IsSurrogatePair(text, at) ? 2 : 1;
        }

        return -1;
    }

    private static BsonValue Split(BsonValue? value, BsonValue? separator)
    {
        if (Expression.IsNullish(value) || Expression.IsNullish(separator))
        {
            return BsonNull.Value;
        }

        var text = Text(value, 40085, "$split requires an expression that evaluates to a string as a first argument");
        var by = Text(separator, 40086, "$split requires an expression that evaluates to a string as a second argument");
        return by.Length > 0 ? new BsonArray(text.Split(by)) : throw Failure.Located(40087, "$split requires a non-empty separator");
    }

    private static Special ParseTrim(string name, BsonValue argument, Names names, bool start, bool end)
    {
        var named = Operators.Named(name, argument, 50696, 50694, "input", "chars");
        var input = Operators.Required(named, name, "input", 50695, names);
        var chars = named.Find("chars") is { } given ? ExpressionParser.Parse(given, names) : new Literal(Blanks);

        return new(scope =>
        {
            var (value, set) = (input.Evaluate(scope), chars.Evaluate(scope));

            if (Expression.IsNullish(value) || Expression.IsNullish(set))
            {
                return BsonNull.Value;
            }

            var runes = Text(value, 50699, $"{name} requires its input to be a string").EnumerateRunes().ToList();
            var cut = Text(set, 50700, $"{name} requires 'chars' to be a string").EnumerateRunes().ToHashSet();
            var from = start ? runes.FindIndex(r => !cut.Contains(r)) : 0;
            var to = end ? runes.FindLastIndex(r => !cut.Contains(r)) + 1 : runes.Count;
            return from < 0 || to <= from ? "" : string.Concat(runes[from..to]);
        });
    }

    private static Special ParseReplace(string name, BsonValue argument, Names names, bool all)
    {
        var named = Operators.Named(name, argument, 51751, 51750, "input", "find", "replacement");
        Expression[] parts =
        [
            Operators.Required(named, name, "input", 51749, names), Operators.Required(named, name, "find", 51748, names),
            Operators.Required(named, name, "replacement", 51747, names),
        ];

        return new(scope =>
        {
            var values = Array.ConvertAll(parts, part => part.Evaluate(scope));
            var texts = new[] { Argument(values[0], 51746, "input"), Argument(values[1], 51745, "find"), Argument(values[2], 51744, "replacement") };

            if (texts is not [{ } text, { } find, { } replacement])
            {
                return BsonNull.Value;
            }

            CheckLength(text.Length + ((text.Length / Math.Max(1L, find.Length)) * (all ? replacement.Length : 0)));

            if (find.Length == 0)
            {
                return !all ? replacement + text
                    : Ascii.IsValid(text) ? string.Concat(text.Select(c => replacement + c)) + replacement
                    : throw Failure.NotSupported($"{name} with an empty 'find' in a text beyond ASCII");
            }

            var index = text.IndexOf(find, StringComparison.Ordinal);
            return all || index < 0
                ? text.Replace(find, replacement, StringComparison.Ordinal)
                : string.Concat(text.AsSpan(0, index), replacement, text.AsSpan(index + find.Length));
        });

        string? Argument(BsonValue? value, int code, string part) =>
            Expression.IsNullish(value) ? null : Text(value, code, $"{name} requires that '{part}' be a string");
    }

    /// <summary>The value as a string; the complaint about another names its type.</summary>
    public static string Text(BsonValue? value, int code, string complaint) =>
        value is BsonString text ? text.Value : throw Failure.Located(code, $"{complaint}, found: {Failure.TypeName(value)}");
}
