using System.Globalization;

namespace Visuels.EmbeddedMongo.Query.Patterns;

/// <summary>The capturing groups of a pattern, numbered from left to right whether they have names or not.</summary>
internal sealed class Groups
{
    private readonly Dictionary<string, int> _names = [];
    private readonly HashSet<int> _open = [];
    private int _highest;

    public int Opened { get; private set; }

    public int Open(string? name)
    {
        Opened++;

        if (name is not null && (!IsName(name) || !_names.TryAdd(name, Opened)))
        {
            throw PerlRegex.Invalid("a subpattern name is malformed or used twice");
        }

        _open.Add(Opened);
        return Opened;
    }

    public void Close(int group) => _open.Remove(group);

    /// <summary>The number of the group that a number or a name stands for; it may still be to come.</summary>
    public int Refer(string numberOrName)
    {
        if (int.TryParse(numberOrName, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            _highest = Math.Max(_highest, number);
            return number > 0 ? Closed(number) : throw PerlRegex.Invalid("reference to non-existent subpattern");
        }

        if (!IsName(numberOrName))
        {
            throw PerlRegex.Invalid("malformed subpattern name");
        }

        return _names.TryGetValue(numberOrName, out var known) ? Closed(known) : throw Failure.NotSupported("A reference to a name that comes later in a regular expression");
    }

    /// <summary>Reads what follows <c>\g</c> or <c>\k</c>.</summary>
    public int ReadReference(PatternReader reader, char letter)
    {
        if (letter == 'g' && reader.Next is '<' or '\'')
        {
            throw Failure.NotSupported("A recursion in a regular expression");
        }

        var text = reader.Take("{") ? reader.TakeUntil('}')
            : letter == 'k' && reader.Take("<") ? reader.TakeUntil('>')
            : letter == 'k' && reader.Take("'") ? reader.TakeUntil('\'')
            : letter == 'g' ? reader.TakeWhile(c => char.IsAsciiDigit(c) || c is '-' or '+')
            : null;

        if (string.IsNullOrEmpty(text) || (letter == 'k' && !IsName(text)))
        {
            throw PerlRegex.Invalid($@"a name or number must follow \{letter}");
        }

        // Relative to the group that was opened last.
        return text[0] == '-' && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var back) ? Refer($"{Math.Max(0, Opened + 1 - back)}")
            : text[0] == '+' && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var ahead) ? Refer($"{Opened + ahead}")
            : Refer(text);
    }

    public void Check()
    {
        if (_highest > Opened)
        {
            throw PerlRegex.Invalid("reference to non-existent subpattern");
        }
    }

    private int Closed(int group) => _open.Contains(group)
        ? throw Failure.NotSupported("A reference to a group from within it in a regular expression")
        : group;

    private static bool IsName(string name) => name.Length is > 0 and <= 32 && !char.IsAsciiDigit(name[0]) && name.All(c => c == '_' || char.IsLetterOrDigit(c));
}
