using System.Text;

namespace Visuels.EmbeddedMongo.Query.Patterns;

/// <summary>A place in a pattern, and what escapes stand for.</summary>
internal sealed class PatternReader(string pattern)
{
    public int At { get; private set; }

    public bool IsAtEnd => At >= pattern.Length;

    public char Next => IsAtEnd ? '\0' : pattern[At];

    public char Peek(int ahead) => At + ahead < pattern.Length ? pattern[At + ahead] : '\0';

    public bool StartsWith(string text) => pattern.AsSpan(At).StartsWith(text, StringComparison.Ordinal);

    public bool Take(string text)
    {
        var starts = StartsWith(text);
        At += starts ? text.Length : 0;
        return starts;
    }

    public char TakeChar() => pattern[At++];

    public void GoTo(int position) => At = position;

    /// <summary>Up to a character, which is taken too; null where it does not come.</summary>
    public string? TakeUntil(char end)
    {
        var found = pattern.IndexOf(end, At);

        if (found < 0)
        {
            return null;
        }

        var text = pattern[At..found];
        At = found + 1;
        return text;
    }

    public string TakeWhile(Func<char, bool> accepts, int most = int.MaxValue)
    {
        var start = At;

        while (!IsAtEnd && At - start < most && accepts(pattern[At]))
        {
            At++;
        }

        return pattern[start..At];
    }

    /// <summary>One character, which may be two in the text.</summary>
    public int TakeCodePoint()
    {
        if (!Rune.TryGetRuneAt(pattern, At, out var rune))
        {
            throw PerlRegex.Invalid("a surrogate stands alone");
        }

        At += rune.Utf16SequenceLength;
        return rune.Value;
    }

    /// <summary>What the letter after a backslash stands for if it is one character; the backslash and the letter have been taken. Null for all else.</summary>
    public int? CharacterOf(char escaped) => escaped switch
    {
        'a' => 0x07,
        'e' => 0x1B,
        'f' => 0x0C,
        'n' => 0x0A,
        'r' => 0x0D,
        't' => 0x09,
        'c' => Control(),
        'x' => Take("{") ? Braced(16) : Number(TakeWhile(char.IsAsciiHexDigit, 2), 16),
        'o' => Take("{") ? Braced(8) : throw PerlRegex.Invalid(@"missing opening brace after \o"),
        '0' => Number(TakeWhile(IsOctal, 2), 8),
        _ => null,
    };

    /// <summary>A character by up to three octal digits, the first of which was taken with its backslash.</summary>
    public int Octal(char first) => Number(first + TakeWhile(IsOctal, 2), 8);

    public static bool IsOctal(char c) => c is >= '0' and <= '7';

    private int Control()
    {
        var letter = IsAtEnd ? throw PerlRegex.Invalid(@"\c at end of pattern") : TakeChar();
        return letter is >= ' ' and <= '~' ? char.ToUpperInvariant(letter) ^ 0x40 : throw PerlRegex.Invalid(@"\c must be followed by a printable ASCII character");
    }

    private int Braced(int numeralBase)
    {
        var digits = TakeUntil('}') ?? "";
        return digits.Length > 0 && digits.All(c => numeralBase == 16 ? char.IsAsciiHexDigit(c) : IsOctal(c)) && digits.TrimStart('0').Length <= 7
            ? Number(digits, numeralBase)
            : throw PerlRegex.Invalid("malformed number in braces");
    }

    private static int Number(string digits, int numeralBase)
    {
        var number = digits.Length == 0 ? 0 : Convert.ToInt32(digits, numeralBase);
        return Rune.IsValid(number) ? number : throw PerlRegex.Invalid("character code point value is not allowed");
    }
}
