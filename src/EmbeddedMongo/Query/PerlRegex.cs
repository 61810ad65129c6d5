using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>
/// Regular expressions as MongoDB (PCRE) reads them, on .NET's engine. What the two write alike but mean differently is rewritten
/// (<c>\d \w \s \b</c> are ASCII, <c>[</c> in a class is a bracket) or refused; what only PCRE knows .NET rejects by itself.
/// </summary>
internal static class PerlRegex
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static Regex Compile(string pattern, string options)
    {
        if (pattern.Contains('\0'))
        {
            throw Failure.BadValue("Regular expression cannot contain an embedded null byte");
        }

        try
        {
            return new(Translate(pattern), Parse(options), Patience);
        }
        catch (ArgumentException invalid)
        {
            throw Failure.Located(51091, $"Regular expression is invalid: {invalid.Message}");
        }
    }

    private static RegexOptions Parse(string options)
    {
        var parsed = RegexOptions.CultureInvariant;

        foreach (var option in options)
        {
            parsed |= option switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'x' => RegexOptions.IgnorePatternWhitespace,
                'u' => RegexOptions.None,
                _ => throw Failure.Located(51108, $"invalid flag in regex options: {option}"),
            };
        }

        return parsed;
    }

    private static string Translate(string pattern)
    {
        // Most patterns are plain words, and mean the same to both.
        if (pattern.AsSpan().IndexOfAny('\\', '[', '(') < 0)
        {
            return pattern;
        }

        var result = new StringBuilder(pattern.Length + 16);

        for (var i = 0; i < pattern.Length;)
        {
            i = pattern[i] switch
            {
                '\\' => Escape(pattern, i, result, inClass: false),
                '[' => CharacterClass(pattern, i, result),
                '(' => Group(pattern, i, result),
                _ => Copy(pattern, i, result),
            };
        }

        return result.ToString();
    }

    private static int Copy(string pattern, int i, StringBuilder result)
    {
        result.Append(pattern[i]);
        return i + 1;
    }

    private static int Group(string pattern, int i, StringBuilder result)
    {
        // Verbs like (*UCP) and .NET's own balancing groups (?<a-b>) and conditionals would be taken for something else.
        if (pattern.AsSpan(i + 1).StartsWith("*") || Regex.IsMatch(pattern[i..], @"^\(\?(\(|[<'][^>=!']*-)"))
        {
            throw Failure.NotSupported($"the group at {i} of the regular expression");
        }

        return Copy(pattern, i, result);
    }

    private static int CharacterClass(string pattern, int i, StringBuilder result)
    {
        i = Copy(pattern, i, result);
        i = i < pattern.Length && pattern[i] == '^' ? Copy(pattern, i, result) : i;

        // A bracket that closes at once is a member.
        if (i < pattern.Length && pattern[i] == ']')
        {
            result.Append(@"\]");
            i++;
        }

        while (i < pattern.Length && pattern[i] != ']')
        {
            if (pattern[i] == '[' && i + 1 < pattern.Length && pattern[i + 1] is ':' or '.' or '=')
            {
                throw Failure.NotSupported("a POSIX class in a regular expression");
            }

            if (pattern[i] == '\\')
            {
                i = Escape(pattern, i, result, inClass: true);
                continue;
            }

            if (pattern[i] == '[')
            {
                result.Append('\\');
            }

            i = Copy(pattern, i, result);
        }

        return i < pattern.Length ? Copy(pattern, i, result) : i;
    }

    private static int Escape(string pattern, int i, StringBuilder result, bool inClass)
    {
        var next = i + 1 < pattern.Length ? pattern[i + 1] : '\0';

        if (next == 'x' && i + 2 < pattern.Length && pattern[i + 2] == '{')
        {
            return CodePoint(pattern, i, result, inClass);
        }

        var replacement = (next, inClass) switch
        {
            ('d', false) => "[0-9]",
            ('d', true) => "0-9",
            ('D', false) => "[^0-9]",
            ('w', false) => "[a-zA-Z0-9_]",
            ('w', true) => "a-zA-Z0-9_",
            ('W', false) => "[^a-zA-Z0-9_]",
            ('s', false) => @"[\t-\r\x20]",
            ('s', true) => @"\t-\r\x20",
            ('S', false) => @"[^\t-\r\x20]",
            ('h', false) => @"[\t\x20\xA0\u1680\u180E\u2000-\u200A\u202F\u205F\u3000]",
            ('b', false) => "(?:(?<=[a-zA-Z0-9_])(?![a-zA-Z0-9_])|(?<![a-zA-Z0-9_])(?=[a-zA-Z0-9_]))",
            ('B', false) => "(?:(?<=[a-zA-Z0-9_])(?=[a-zA-Z0-9_])|(?<![a-zA-Z0-9_])(?![a-zA-Z0-9_]))",
            ('D' or 'W' or 'S', true) => throw Failure.NotSupported($@"\{next} in a class of a regular expression"),
            _ => null,
        };

        result.Append(replacement ?? pattern.AsSpan(i, Math.Min(2, pattern.Length - i)).ToString());
        return Math.Min(i + 2, pattern.Length);
    }

    private static int CodePoint(string pattern, int i, StringBuilder result, bool inClass)
    {
        var end = pattern.IndexOf('}', i);

        if (end < 0 || !int.TryParse(pattern.AsSpan(i + 3, end - i - 3), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code)
            || !Rune.IsValid(code) || (inClass && code > char.MaxValue))
        {
            throw Failure.NotSupported("this character escape in a regular expression");
        }

        result.Append(Regex.Escape(new Rune(code).ToString()));
        return end + 1;
    }
}
