using System.Globalization;
using System.Text;

namespace Visuels.Products.Categories;

/// <summary>Names as they stand in URLs.</summary>
internal static class Slug
{
    /// <summary>
    /// Lower-case letters and digits of any script, joined by hyphens; Latin letters lose their accents. Null when the name has
    /// neither letters nor digits.
    /// </summary>
    public static string? Of(string name)
    {
        var slug = new StringBuilder(name.Length);
        var gap = false;
        var latin = false;
        foreach (var rune in name.Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
            {
                if (gap && slug.Length > 0)
                {
                    slug.Append('-');
                }

                slug.Append(Rune.ToLowerInvariant(rune));
                (gap, latin) = (false, rune.IsAscii);
            }
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)
            {
                // Vowel signs of other scripts are part of the word.
                if (!latin && !gap && slug.Length > 0)
                {
                    slug.Append(rune);
                }
            }
            else
            {
                gap = true;
            }
        }

        return slug.Length == 0 ? null : slug.ToString().Normalize(NormalizationForm.FormC);
    }
}
