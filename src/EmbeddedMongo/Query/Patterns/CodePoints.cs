using System.Globalization;
using System.Text;

namespace Visuels.EmbeddedMongo.Query.Patterns;

/// <summary>A set of Unicode characters as sorted ranges, surrogates left out; never changed.</summary>
internal sealed class CodePoints
{
    private const int Last = 0x10FFFF;

    private readonly List<(int From, int To)> _ranges = [];

    private CodePoints(IEnumerable<(int From, int To)> ranges)
    {
        foreach (var (from, to) in ranges.Order())
        {
            if (_ranges.Count > 0 && from <= _ranges[^1].To + 1)
            {
                _ranges[^1] = (_ranges[^1].From, Math.Max(to, _ranges[^1].To));
            }
            else
            {
                _ranges.Add((from, to));
            }
        }
    }

    public static CodePoints All { get; } = Of((0, Last));

    public static CodePoints Digits { get; } = Of(('0', '9'));

    public static CodePoints Words { get; } = Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));

    public static CodePoints Spaces { get; } = Of(('\t', '\r'), (' ', ' '));

    public static CodePoints Horizontal { get; } = Of(
        ('\t', '\t'), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x180E, 0x180E), (0x2000, 0x200A), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000));

    public static CodePoints Vertical { get; } = Of(('\n', '\r'), (0x85, 0x85), (0x2028, 0x2029));

    public static CodePoints Of(params IEnumerable<(int From, int To)> ranges) => new(ranges);

    public static CodePoints Of(int character) => Of((character, character));

    /// <summary>All characters of some Unicode categories.</summary>
    public static CodePoints OfCategories(IReadOnlyCollection<UnicodeCategory> categories) => new(
        Enumerable.Range(0, Last + 1).Where(c => categories.Contains(CharUnicodeInfo.GetUnicodeCategory(c))).Select(c => (c, c)));

    public CodePoints With(CodePoints other) => new(_ranges.Concat(other._ranges));

    public CodePoints Complement()
    {
        var gaps = new List<(int, int)>();
        var next = 0;

        foreach (var (from, to) in _ranges)
        {
            if (from > next)
            {
                gaps.Add((next, from - 1));
            }

            next = to + 1;
        }

        return new(next <= Last ? gaps.Append((next, Last)) : gaps);
    }

    /// <summary>With all characters that are the same but for their case.</summary>
    public CodePoints Caseless() => new(_ranges.Concat(CaseFamilies.All
        .Where(family => family.Any(Contains))
        .SelectMany(family => family.Select(c => (c, c)))));

    /// <summary>As .NET writes it. Narrow texts have no character beyond U+FFFF; in wide ones those are two each.</summary>
    public string ToRegex(bool isWide)
    {
        var narrow = string.Concat(Cut(0, 0xD7FF).Concat(Cut(0xE000, 0xFFFF)).Select(r => Range(r.From, r.To)));
        var pairs = isWide ? Cut(0x10000, Last).SelectMany(Pairs).ToList() : [];

        if (narrow.Length > 0)
        {
            pairs.Insert(0, $"[{narrow}]");
        }

        return pairs.Count switch
        {
            0 => "(?!)",
            1 when narrow.Length > 0 => pairs[0],
            _ => $"(?:{string.Join('|', pairs)})",
        };
    }

    private bool Contains(int character)
    {
        foreach (var (from, to) in _ranges)
        {
            if (character >= from && character <= to)
            {
                return true;
            }
        }

        return false;
    }

    private IEnumerable<(int From, int To)> Cut(int first, int last) => _ranges
        .Where(r => r.From <= last && r.To >= first)
        .Select(r => (Math.Max(r.From, first), Math.Min(r.To, last)));

    // By high surrogate; all whose low ones are complete go together.
    private static IEnumerable<string> Pairs((int From, int To) range)
    {
        for (var from = range.From; from <= range.To;)
        {
            var (high, low) = (new Rune(from).ToString()[0], new Rune(from).ToString()[1]);
            var lastHigh = low == 0xDC00 ? (range.To - 0x10000 + 1) / 0x400 + 0xD800 - 1 : high;
            var isWhole = lastHigh >= high && low == 0xDC00;
            var to = isWhole ? 0x10000 + ((lastHigh - 0xD800) * 0x400) + 0x3FF : Math.Min(range.To, from | 0x3FF);
            yield return $"[{Range(high, isWhole ? lastHigh : high)}][{Range(low, isWhole ? 0xDFFF : new Rune(to).ToString()[1])}]";
            from = to + 1;
        }
    }

    private static string Range(int from, int to) => from == to ? $@"\u{from:X4}" : $@"\u{from:X4}-\u{to:X4}";
}
