using System.Text;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Strings; positions count code points, and case is that of ASCII letters.</summary>
internal static class StringOperators
{
    // White space to $trim: ASCII's and a few of Unicode's spaces.
    private const string Blanks = "\0 \t\n\v\f\r\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A";

    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Of("$concat", 0, int.MaxValue, Concat),
        Operators.Of("$toLower", a => ChangeCase(a, char.IsAsciiLetterUpper)),
        Operators.Of("$toUpper", a => ChangeCase(a, char.IsAsciiLetterLower)),
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
        Operators.Special("$regexMatch", ParseRegexMatch),
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
        }

        return result.ToString();
    }

    private static BsonString ChangeCase(BsonValue? value, Func<char, bool> changes) =>
        string.Concat(Conversions.ToText(value, 16007).Select(c => changes(c) ? (char)(c ^ 0x20) : c));

    private static int Length(string text)
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
        var start = Position("$substrCP", values[1], 34450, 34451);
        var length = Position("$substrCP", values[2], 34452, 34453);
        return string.Concat(text.EnumerateRunes().Skip(start).Take(length));
    }

    private static int Position(string name, BsonValue? value, int typeCode, int rangeCode) =>
        value is not { IsNumeric: true } || !Number.TryToLong(value, out var position)
            ? throw Failure.Located(typeCode, $"{name}: a position must be a whole number, but was of type {Failure.TypeName(value)}")
            : position is >= 0 and <= int.MaxValue ? (int)position
            : throw Failure.Located(rangeCode, $"{name}: a position must be a nonnegative integer.");

    private static BsonValue IndexOf(BsonValue?[] values)
    {
        if (Expression.IsNullish(values[0]))
        {
            return BsonNull.Value;
        }

        var text = Text(values[0], 40093, "$indexOfCP requires a string as the first argument");
        var sought = Text(values[1], 40094, "$indexOfCP requires a string as the second argument");
        var runes = text.EnumerateRunes().ToArray();
        var start = values.Length > 2 ? Position("$indexOfCP", values[2], 40096, 40097) : 0;
        var end = values.Length > 3 ? Math.Min(Position("$indexOfCP", values[3], 40096, 40097), runes.Length) : runes.Length;
        var window = start > end ? null : string.Concat(runes[start..end].Select(r => r.ToString()));
        var index = window?.IndexOf(sought, StringComparison.Ordinal) ?? -1;
        return index < 0 ? -1 : start + Length(window![..index]);
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
        var named = Operators.Named(name, argument, 50694, "input", "chars");
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
        var named = Operators.Named(name, argument, 51750, "input", "find", "replacement");
        Expression[] parts =
        [
            Operators.Required(named, name, "input", 51749, names), Operators.Required(named, name, "find", 51748, names),
            Operators.Required(named, name, "replacement", 51747, names),
        ];

        return new(scope =>
        {
            var values = Array.ConvertAll(parts, part => part.Evaluate(scope));

            if (Array.Exists(values, Expression.IsNullish))
            {
                return BsonNull.Value;
            }

            var text = Text(values[0], 51746, $"{name} requires that 'input' be a string");
            var find = Text(values[1], 51745, $"{name} requires that 'find' be a string");
            var replacement = Text(values[2], 51744, $"{name} requires that 'replacement' be a string");

            if (find.Length == 0)
            {
                throw Failure.NotSupported($"{name} with an empty 'find'");
            }

            var index = text.IndexOf(find, StringComparison.Ordinal);
            return all || index < 0
                ? text.Replace(find, replacement, StringComparison.Ordinal)
                : string.Concat(text.AsSpan(0, index), replacement, text.AsSpan(index + find.Length));
        });
    }

    // The expression is nearly always the same for all documents, so the last one is kept.
    private static Special ParseRegexMatch(BsonValue argument, Names names)
    {
        var named = Operators.Named("$regexMatch", argument, 51103, "input", "regex", "options");
        var input = Operators.Required(named, "$regexMatch", "input", 31022, names);
        var regex = Operators.Required(named, "$regexMatch", "regex", 31023, names);
        var options = named.Find("options") is { } given ? ExpressionParser.Parse(given, names) : null;
        CachedRegex? last = null;

        return new(scope =>
        {
            var (value, pattern, flags) = (input.Evaluate(scope), regex.Evaluate(scope), options?.Evaluate(scope));

            if (Expression.IsNullish(value) || Expression.IsNullish(pattern))
            {
                return BsonBoolean.False;
            }

            var text = Text(value, 51104, "$regexMatch needs 'input' to be of type string");
            var chosen = flags is null or BsonNull ? "" : Text(flags, 51106, "$regexMatch needs 'options' to be of type string");

            var known = last;

            if (known is null || !known.Pattern.Equals(pattern) || known.Options != chosen)
            {
                last = known = new(pattern!, chosen, pattern switch
                {
                    BsonString plain => new(plain.Value, chosen),
                    BsonRegularExpression { Options: "" } typed => new(typed.Pattern, chosen),
                    BsonRegularExpression typed when chosen.Length == 0 => new(typed.Pattern, typed.Options),
                    BsonRegularExpression => throw Failure.Located(51107, "$regexMatch: found regex options specified in both 'regex' and 'options' fields"),
                    _ => throw Failure.Located(51105, "$regexMatch needs 'regex' to be of type string or regex"),
                });
            }

            return (BsonBoolean)known.Test.Matches(text);
        });
    }

    private static string Text(BsonValue? value, int code, string complaint) =>
        value is BsonString text ? text.Value : throw Failure.Located(code, $"{complaint}, found: {Failure.TypeName(value)}");

    /// <summary>One object, so that threads that share an expression see it whole.</summary>
    private sealed record CachedRegex(BsonValue Pattern, string Options, RegexTest Test);
}
