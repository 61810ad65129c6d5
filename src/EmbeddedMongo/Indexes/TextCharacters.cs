using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>Characters as text indexes of version 3 see them, which is by Unicode 8.</summary>
internal static class TextCharacters
{
    // White_Space, Dash, Hyphen, Quotation_Mark, Terminal_Punctuation, Pattern_Syntax and STerm.
    private static readonly RangeSet Delimiters = new("""
        9-D 20-2F 3A-40 5B-5E 60 7B-7E 85 A0-A7 A9 AB-AE B0-B1 B6 BB BF D7 F7 37E 387 589-58A 5BE 5C3 60C 61B 61F 6D4 700-70A 70C
        7F8-7F9 830-83E 85E 964-965 E5A-E5B F08 F0D-F12 104A-104B 1361-1368 1400 166D-166E 1680 16EB-16ED 1735-1736 17D4-17D6 17DA
        1802-1806 1808-1809 1944-1945 1AA8-1AAB 1B5A-1B5B 1B5D-1B5F 1C3B-1C3F 1C7E-1C7F 2000-200A 2010-2029 202F-203E 2041-2053
        2055-205F 207B 208B 2190-245F 2500-2775 2794-2BFF 2E00-2E7F 3000-3003 3008-3020 3030 30A0 30FB A4FE-A4FF A60D-A60F A6F3-A6F7
        A876-A877 A8CE-A8CF A92F A9C7-A9C9 AA5D-AA5F AADF AAF0-AAF1 ABEB FD3E-FD3F FE31-FE32 FE41-FE46 FE50-FE52 FE54-FE58 FE63
        FF01-FF02 FF07 FF0C-FF0E FF1A-FF1B FF1F FF61-FF65 1039F 103D0 10857 1091F 10A56-10A57 10AF0-10AF5 10B3A-10B3F 10B99-10B9C
        11047-1104D 110BE-110C1 11141-11143 111C5-111C6 111CD 111DE-111DF 11238-1123C 112A9 115C2-115C5 115C9-115D7 11641-11642
        1173C-1173E 12470-12474 16A6E-16A6F 16AF5 16B37-16B39 16B44 1BC9F 1DA87-1DA8A
        """);

    private static readonly RangeSet Diacritics = new("""
        5E 60 A8 AF B4 B7-B8 2B0-34E 350-357 35D-362 374-375 37A 384-385 483-487 559 591-5A1 5A3-5BD 5BF 5C1-5C2 5C4 64B-652 657-658
        6DF-6E0 6E5-6E6 6EA-6EC 730-74A 7A6-7B0 7EB-7F5 818-819 8E3-8FE 93C 94D 951-954 971 9BC 9CD A3C A4D ABC ACD B3C B4D BCD C4D
        CBC CCD D4D DCA E47-E4C E4E EC8-ECC F18-F19 F35 F37 F39 F3E-F3F F82-F84 F86-F87 FC6 1037 1039-103A 1087-108D 108F 109A-109B
        17C9-17D3 17DD 1939-193B 1A75-1A7C 1A7F 1AB0-1ABD 1B34 1B44 1B6B-1B73 1BAA-1BAB 1C36-1C37 1C78-1C7D 1CD0-1CE8 1CED 1CF4
        1CF8-1CF9 1D2C-1D6A 1DC4-1DCF 1DF5 1DFD-1DFF 1FBD 1FBF-1FC1 1FCD-1FCF 1FDD-1FDF 1FED-1FEF 1FFD-1FFE 2CEF-2CF1 2E2F 302A-302F
        3099-309C 30FC A66F A67C-A67D A67F A69C-A69D A6F0-A6F1 A717-A721 A788 A7F8-A7F9 A8C4 A8E0-A8F1 A92B-A92E A953 A9B3 A9C0 A9E5
        AA7B-AA7D AABF-AAC2 AAF6 AB5B-AB5F ABEC-ABED FB1E FE20-FE2F FF3E FF40 FF70 FF9E-FF9F FFE3 102E0 10AE5-10AE6 110B9-110BA
        11133-11134 11173 111C0 111CA-111CC 11235-11236 112E9-112EA 1133C 1134D 11366-1136C 11370-11374 114C2-114C3 115BF-115C0
        1163F 116B6-116B7 1172B 16AF0-16AF4 16F8F-16F9F 1D167-1D169 1D16D-1D172 1D17B-1D182 1D185-1D18B 1D1AA-1D1AD 1E8D0-1E8D6
        """);

    // Capitals of later versions; in Cherokee it is the small letters that fold.
    private static readonly RangeSet Unfolded = new("1C80-1CBF 2C2F A7AE A7B8-A7F5 104B0-104D3 10570-10595 16E40-16E5F 1E900-1E921");

    private static readonly ConcurrentDictionary<Rune, Rune?> Bare = [];

    /// <summary>Whether words end here. The apostrophe belongs to English words.</summary>
    public static bool IsDelimiter(Rune character, bool isEnglish) => Delimiters.Contains(character.Value) && !(isEnglish && character.Value == '\'');

    public static string FoldCase(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        var folded = new StringBuilder(text.Length);
        foreach (var character in text.EnumerateRunes())
        {
            folded.Append(FoldCase(character));
        }

        return folded.ToString();
    }

    public static string WithoutDiacritics(string text)
    {
        if (Ascii.IsValid(text) && !text.AsSpan().ContainsAny('^', '`'))
        {
            return text;
        }

        var bare = new StringBuilder(text.Length);
        foreach (var character in text.EnumerateRunes())
        {
            if (Bare.GetOrAdd(character, WithoutDiacritics) is { } left)
            {
                bare.Append(left);
            }
        }

        return bare.ToString();
    }

    private static Rune FoldCase(Rune character)
    {
        if (Unfolded.Contains(character.Value))
        {
            return character;
        }

        var upper = Rune.ToUpperInvariant(character);
        return upper.Value is >= 0x13A0 and <= 0x13F5 ? upper : Rune.ToLowerInvariant(upper);
    }

    // Null for a character that is nothing but a diacritic; one that would become several stays as it is.
    private static Rune? WithoutDiacritics(Rune character)
    {
        if (Diacritics.Contains(character.Value))
        {
            return null;
        }

        var parts = character.ToString().Normalize(NormalizationForm.FormD).EnumerateRunes().Where(r => !Diacritics.Contains(r.Value));
        var rest = string.Concat(parts).Normalize(NormalizationForm.FormC).EnumerateRunes().ToList();
        return rest.Count == 1 ? rest[0] : character;
    }

    /// <summary>Code points, written as hexadecimal ranges in ascending order.</summary>
    private sealed class RangeSet
    {
        private readonly bool[] _ascii;
        private readonly int[] _from;
        private readonly int[] _to;

        public RangeSet(string ranges)
        {
            var pairs = ranges.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split('-')).ToList();
            _from = [.. pairs.Select(p => int.Parse(p[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            _to = [.. pairs.Select(p => int.Parse(p[^1], NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            _ascii = [.. Enumerable.Range(0, 128).Select(IsInRange)];
        }

        public bool Contains(int codePoint) => codePoint < 128 ? _ascii[codePoint] : IsInRange(codePoint);

        private bool IsInRange(int codePoint)
        {
            var at = Array.BinarySearch(_from, codePoint);
            at = at < 0 ? ~at - 1 : at;
            return at >= 0 && codePoint <= _to[at];
        }
    }
}
