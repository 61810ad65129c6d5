using System.Text;
using System.Text.RegularExpressions;

namespace Visuels.EmbeddedMongo.Query.Patterns;

/// <summary>
/// Regular expressions as MongoDB (PCRE2) reads them, on .NET's engine: each is read by PCRE2's grammar and written anew in .NET's, so that
/// what the two write alike but mean differently means what it does there. What cannot be written is refused.
/// </summary>
internal static class PerlRegex
{
    private const int MaxLength = 32764;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <param name="pattern">The expression.</param>
    /// <param name="options">Its options.</param>
    /// <param name="isWide">Whether texts hold characters beyond U+FFFF, which are one character to PCRE and two to .NET.</param>
    public static Regex Compile(string pattern, string options, bool isWide)
    {
        if (pattern.Contains('\0'))
        {
            throw Failure.BadValue("Regular expression cannot contain an embedded null byte");
        }

        if (Encoding.UTF8.GetByteCount(pattern) > MaxLength)
        {
            throw Invalid("pattern string is longer than the limit set by the application");
        }

        var translated = new Translation(pattern, Parse(options), isWide).Run();

        try
        {
            return new(translated, RegexOptions.CultureInvariant, Patience);
        }
        catch (ArgumentException invalid)
        {
            throw Failure.NotSupported($"This regular expression ({invalid.Message})");
        }
    }

    public static MongoError Invalid(string why) => Failure.Located(51091, $"Regular expression is invalid: {why}");

    private static PatternOptions Parse(string options)
    {
        var parsed = PatternOptions.None;

        foreach (var option in options)
        {
            parsed |= option switch
            {
                'i' => PatternOptions.Caseless,
                'm' => PatternOptions.Multiline,
                's' => PatternOptions.DotAll,
                'x' => PatternOptions.Extended,
                'u' => PatternOptions.None,
                _ => throw Failure.Located(51108, $"invalid flag in regex options: {option}"),
            };
        }

        return parsed;
    }
}

[Flags]
internal enum PatternOptions
{
    None = 0,
    Caseless = 1,
    Multiline = 2,
    DotAll = 4,
    Extended = 8,
}
