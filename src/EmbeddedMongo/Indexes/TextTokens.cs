using System.Globalization;
using System.Text;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>Words as a text index of version 3 and language "none" sees them: case and diacritics folded, nothing stemmed or left out.</summary>
internal static class TextTokens
{
    public static IEnumerable<string> Of(string text)
    {
        var folded = Fold(text);
        var start = -1;
        for (var i = 0; i <= folded.Length; i++)
        {
            var inWord = i < folded.Length && IsWordPart(folded, i);
            if (inWord && start < 0)
            {
                start = i;
            }
            else if (!inWord && start >= 0)
            {
                yield return folded[start..i];
                start = -1;
            }
        }
    }

    public static string Fold(string text)
    {
        if (text.All(char.IsAscii))
        {
            return text.ToLowerInvariant();
        }

        // A lone surrogate has no normal form; it could not have come in as UTF-8.
        var folded = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                folded.Append(char.ToLowerInvariant(c));
            }
        }

        return folded.ToString().Normalize(NormalizationForm.FormC);
    }

    // Unlike all other punctuation, the underscore joins.
    private static bool IsWordPart(string text, int at) =>
        text[at] == '_' || char.IsLetterOrDigit(text[at]) || CharUnicodeInfo.GetUnicodeCategory(text, at) is
            UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
        || (char.IsSurrogate(text[at]) && IsSupplementaryLetter(text, at));

    private static bool IsSupplementaryLetter(string text, int at)
    {
        var first = char.IsLowSurrogate(text[at]) && at > 0 ? at - 1 : at;
        return Rune.TryGetRuneAt(text, first, out var rune) && Rune.IsLetterOrDigit(rune);
    }
}
