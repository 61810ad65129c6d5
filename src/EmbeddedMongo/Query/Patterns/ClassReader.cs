using System.Text.RegularExpressions;

namespace Visuels.EmbeddedMongo.Query.Patterns;

/// <summary>Reads what stands in square brackets.</summary>
internal sealed partial class ClassReader(PatternReader reader, bool caseless)
{
    private CodePoints _set = CodePoints.Of();
    private bool _quotes;

    /// <param name="reader">At the character after the opening bracket.</param>
    /// <param name="pattern">The whole pattern.</param>
    /// <param name="caseless">Whether case is ignored; it is not in what has a name.</param>
    public static CodePoints Read(PatternReader reader, string pattern, bool caseless) => new ClassReader(reader, caseless).Read(pattern);

    /// <summary>A class, or what looks like one, in a class: <c>[:alpha:]</c>.</summary>
    [GeneratedRegex(@"\G\[([:.=])(\^?[a-zA-Z]*)\1\]")]
    public static partial Regex Named { get; }

    private CodePoints Read(string pattern)
    {
        var negated = reader.Take("^");

        // A bracket that closes at once is a member.
        for (var isFirst = true; _quotes || isFirst || reader.Next != ']'; isFirst = false)
        {
            if (reader.IsAtEnd)
            {
                throw PerlRegex.Invalid("missing terminating ] for character class");
            }

            if (Quoting())
            {
                isFirst = isFirst && reader.Next == ']';
                continue;
            }

            var from = Member(pattern);

            if (_quotes || reader.Next != '-' || reader.Peek(1) is ']' or '\0')
            {
                Add(from);
            }
            else
            {
                reader.Take("-");
                AddRange(from, Member(pattern));
            }
        }

        reader.Take("]");
        return negated ? _set.Complement() : _set;
    }

    private bool Quoting()
    {
        if (reader.Take(@"\E"))
        {
            _quotes = false;
            return true;
        }

        return !_quotes && reader.Take(@"\Q") && (_quotes = true);
    }

    private void Add((int Character, CodePoints? Set) member)
    {
        var one = CodePoints.Of(member.Character);
        _set = _set.With(member.Set ?? (caseless ? one.Caseless() : one));
    }

    private void AddRange((int Character, CodePoints? Set) from, (int Character, CodePoints? Set) to)
    {
        if (from.Set is not null || to.Set is not null)
        {
            throw PerlRegex.Invalid("invalid range in character class");
        }

        var range = from.Character <= to.Character ? CodePoints.Of((from.Character, to.Character)) : throw PerlRegex.Invalid("range out of order in character class");
        _set = _set.With(caseless ? range.Caseless() : range);
    }

    // One character, or a set that has a name.
    private (int Character, CodePoints? Set) Member(string pattern)
    {
        if (_quotes)
        {
            return (reader.TakeCodePoint(), null);
        }

        if (Named.Match(pattern, reader.At) is { Success: true } named)
        {
            reader.GoTo(reader.At + named.Length);
            return named.Groups[1].Value == ":"
                ? (0, CharacterSets.OfPosix(named.Groups[2].Value, caseless))
                : throw PerlRegex.Invalid("POSIX collating elements are not supported");
        }

        return reader.Take(@"\") ? Escaped() : (reader.TakeCodePoint(), null);
    }

    private int CharacterOf(char letter) => letter switch
    {
        'b' => 0x08,
        '8' or '9' => letter,
        >= '1' and <= '7' => reader.Octal(letter),
        _ => reader.CharacterOf(letter) ?? throw PerlRegex.Invalid("escape sequence is invalid in character class"),
    };

    private (int Character, CodePoints? Set) Escaped()
    {
        if (reader.IsAtEnd)
        {
            throw PerlRegex.Invalid(@"\ at end of pattern");
        }

        if (!char.IsAsciiLetterOrDigit(reader.Next))
        {
            return (reader.TakeCodePoint(), null);
        }

        var letter = reader.TakeChar();

        var set = letter is 'p' or 'P' ? CharacterSets.OfProperty(reader, letter == 'P') : CharacterSets.OfEscape(letter);
        return set is not null ? (0, set) : (CharacterOf(letter), null);
    }
}
