using System.Buffers;
using System.Text;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>The text that all matches of a regular expression begin with.</summary>
internal static class RegexPrefix
{
    private static readonly SearchValues<char> Special = SearchValues.Create("\\.^$*+?()[]{}");

    /// <summary>Empty where nothing is certain.</summary>
    public static string Of(BsonRegularExpression expression)
    {
        // "i" finds other letters, "m" other lines, and "x" leaves out spaces; an alternative could begin differently.
        var pattern = expression.Pattern;
        if (expression.Options.Any(o => o != 's') || !pattern.StartsWith('^') || pattern.Contains('|', StringComparison.Ordinal))
        {
            return "";
        }

        var prefix = new StringBuilder();
        for (var at = 1; at < pattern.Length;)
        {
            var isEscaped = pattern[at] == '\\' && at + 1 < pattern.Length && char.IsAscii(pattern[at + 1]) && !char.IsAsciiLetterOrDigit(pattern[at + 1]);
            var literal = isEscaped ? pattern[at + 1] : pattern[at];
            at += isEscaped ? 2 : 1;
            var next = at < pattern.Length ? pattern[at] : ' ';
            if ((!isEscaped && Special.Contains(literal)) || next is '*' or '?' or '{' || literal == '\0' || char.IsSurrogate(literal))
            {
                break;
            }

            prefix.Append(literal);
            if (next == '+')
            {
                break;
            }
        }

        return prefix.ToString();
    }
}
