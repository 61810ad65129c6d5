using System.Collections.Concurrent;
using System.Globalization;

namespace Visuels.EmbeddedMongo.Query.Patterns;

/// <summary>The sets of characters that have names in patterns. Without braces they are ASCII's, whatever the text.</summary>
internal static class CharacterSets
{
    private static readonly Dictionary<string, CodePoints> Posix = new()
    {
        ["alpha"] = CodePoints.Of(('A', 'Z'), ('a', 'z')),
        ["lower"] = CodePoints.Of(('a', 'z')),
        ["upper"] = CodePoints.Of(('A', 'Z')),
        ["alnum"] = CodePoints.Of(('0', '9'), ('A', 'Z'), ('a', 'z')),
        ["ascii"] = CodePoints.Of((0, 0x7F)),
        ["blank"] = CodePoints.Of(('\t', '\t'), (' ', ' ')),
        ["cntrl"] = CodePoints.Of((0, 0x1F), (0x7F, 0x7F)),
        ["digit"] = CodePoints.Digits,
        ["graph"] = CodePoints.Of(('!', '~')),
        ["print"] = CodePoints.Of((' ', '~')),
        ["punct"] = CodePoints.Of(('!', '/'), (':', '@'), ('[', '`'), ('{', '~')),
        ["space"] = CodePoints.Spaces,
        ["word"] = CodePoints.Words,
        ["xdigit"] = CodePoints.Of(('0', '9'), ('A', 'F'), ('a', 'f')),
    };

    private static readonly ConcurrentDictionary<string, CodePoints> Found = new();

    // In the order of UnicodeCategory.
    private static readonly string[] Categories =
    [
        "lu", "ll", "lt", "lm", "lo", "mn", "mc", "me", "nd", "nl", "no", "zs", "zl", "zp", "cc", "cf", "cs", "co", "pc", "pd", "ps", "pe", "pi", "pf", "po", "sm",
        "sc", "sk", "so", "cn",
    ];

    /// <summary>What <c>\d \W \h</c> and their like stand for; null for all other letters.</summary>
    public static CodePoints? OfEscape(char letter) => letter switch
    {
        'd' => CodePoints.Digits,
        'D' => CodePoints.Digits.Complement(),
        'w' => CodePoints.Words,
        'W' => CodePoints.Words.Complement(),
        's' => CodePoints.Spaces,
        'S' => CodePoints.Spaces.Complement(),
        'h' => CodePoints.Horizontal,
        'H' => CodePoints.Horizontal.Complement(),
        'v' => CodePoints.Vertical,
        'V' => CodePoints.Vertical.Complement(),
        _ => null,
    };

    public static CodePoints OfPosix(string name, bool caseless)
    {
        var plain = name.TrimStart('^');
        var found = Posix.GetValueOrDefault(caseless && plain is "lower" or "upper" ? "alpha" : plain) ?? throw PerlRegex.Invalid("unknown POSIX class name");
        return name.StartsWith('^') ? found.Complement() : found;
    }

    /// <summary>Reads the name after <c>\p</c> or <c>\P</c>.</summary>
    public static CodePoints OfProperty(PatternReader reader, bool negated)
    {
        var name = reader.Take("{") ? reader.TakeUntil('}') : reader.IsAtEnd ? null : $"{reader.TakeChar()}";

        if (name is null)
        {
            throw PerlRegex.Invalid(@"malformed \P or \p sequence");
        }

        negated ^= name.StartsWith('^');
        var plain = string.Concat(name.TrimStart('^').Where(c => c is not (' ' or '-' or '_'))).ToLowerInvariant();
        var found = plain == "any" ? CodePoints.All : Found.GetOrAdd(plain, OfCategory);
        return negated ? found.Complement() : found;
    }

    private static CodePoints OfCategory(string name)
    {
        string[] wanted = name is "l&" or "lc" ? ["lu", "ll", "lt"] : [.. Categories.Where(c => name.Length is 1 or 2 && c.StartsWith(name, StringComparison.Ordinal))];

        return wanted.Length > 0 ? CodePoints.OfCategories([.. wanted.Select(c => (UnicodeCategory)Array.IndexOf(Categories, c))])
            : throw Failure.NotSupported($@"\p{{{name}}} in a regular expression");
    }
}
