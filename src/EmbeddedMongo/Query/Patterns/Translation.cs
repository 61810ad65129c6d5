using System.Globalization;

namespace Visuels.EmbeddedMongo.Query.Patterns;

/// <summary>Reads a pattern by PCRE2's grammar and writes it in .NET's.</summary>
internal sealed partial class Translation(string pattern, PatternOptions options, bool isWide)
{
    private const string WordBoundary = "(?:(?<=[a-zA-Z0-9_])(?![a-zA-Z0-9_])|(?<![a-zA-Z0-9_])(?=[a-zA-Z0-9_]))";
    private const string NoWordBoundary = "(?:(?<=[a-zA-Z0-9_])(?=[a-zA-Z0-9_])|(?<![a-zA-Z0-9_])(?![a-zA-Z0-9_]))";

    private const int MaxDepth = 250;

    private readonly PatternReader _reader = new(pattern);
    private readonly Groups _groups = new();
    private PatternOptions _options = options;
    private bool _quotes;
    private int _lookbehinds;
    private int _depth;

    public string Run()
    {
        var translated = Alternatives(out _).Text;
        _groups.Check();

        // In a wide text nothing begins between the halves of a character.
        return !_reader.IsAtEnd ? throw PerlRegex.Invalid("unmatched closing parenthesis")
            : isWide ? $@"(?!(?<=[\uD800-\uDBFF])[\uDC00-\uDFFF])(?:{translated})" : translated;
    }

    private bool Has(PatternOptions option) => _options.HasFlag(option);

    private Piece Alternatives(out bool allFixed)
    {
        var branches = new List<Piece>();

        do
        {
            // .NET does not always make the right set of several, so that they are made one here.
            var branch = Sequence();

            if (branch.Set is not null && branches.Count > 0 && branches[^1].Set is { } before)
            {
                branches[^1] = Set(before.With(branch.Set));
            }
            else
            {
                branches.Add(branch);
            }
        }
        while (_reader.Take("|"));

        allFixed = branches.TrueForAll(b => b.Width is not null);
        var width = branches.TrueForAll(b => b.Width == branches[0].Width) ? branches[0].Width : null;
        return new(Join(branches), width, Set: branches.Count == 1 ? branches[0].Set : null) { CanBeEmpty = branches.Exists(b => b.CanBeEmpty) };
    }

    // .NET forgets an empty alternative after a repeated one, so that it is written as a question mark.
    private static string Join(List<Piece> branches)
    {
        var joined = "";

        foreach (var (branch, i) in branches.Select((b, i) => (b.Text, i)))
        {
            joined = i == 0 ? branch : branch.Length > 0 ? $"{joined}|{branch}" : joined.Length > 0 ? $"(?:{joined})?" : joined;
        }

        return joined;
    }

    private Piece Sequence()
    {
        var pieces = new List<Piece>();

        while (SkipIgnored() && (_quotes || _reader.Next is not ('|' or ')')))
        {
            if (Atom() is { } atom)
            {
                pieces.Add(SkipIgnored() && !_quotes ? Quantified(atom) : atom);
            }
        }

        return pieces.Count == 1 ? pieces[0] : new(string.Concat(pieces.Select(p => p.Text)), pieces.Aggregate((int?)0, (sum, piece) => sum + piece.Width))
        {
            CanBeEmpty = pieces.TrueForAll(p => p.CanBeEmpty),
        };
    }

    /// <summary>Whether something is left after what stands for nothing: comments, and quotation marks.</summary>
    private bool SkipIgnored()
    {
        while (!_reader.IsAtEnd)
        {
            if (_reader.Take(@"\E"))
            {
                _quotes = false;
            }
            else if (_quotes)
            {
                return true;
            }
            else if (_reader.Take(@"\Q"))
            {
                _quotes = true;
            }
            else if (_reader.Take("(?#"))
            {
                _ = _reader.TakeUntil(')') ?? throw PerlRegex.Invalid("missing ) after (?# comment");
            }
            else if (Has(PatternOptions.Extended) && _reader.Next is (>= '\t' and <= '\r') or ' ' or '\x85' or '\u200E' or '\u200F' or '\u2028' or '\u2029')
            {
                _reader.TakeChar();
            }
            else if (Has(PatternOptions.Extended) && _reader.Next == '#')
            {
                _ = _reader.TakeWhile(c => c != '\n');
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    // Null for what only changes options.
    private Piece? Atom()
    {
        if (_quotes)
        {
            return Literal(_reader.TakeCodePoint());
        }

        switch (_reader.Next)
        {
            case '\\':
                _reader.TakeChar();
                return Escape();
            case '[':
                return Class();
            case '(':
                return Group();
            case '.':
                _reader.TakeChar();
                return Set(Has(PatternOptions.DotAll) ? CodePoints.All : CodePoints.Of('\n').Complement());
            case '^':
                _reader.TakeChar();

                // A line that begins at the end of the text is none.
                return new(Has(PatternOptions.Multiline) ? @"(?:\A|(?<=\n)(?!\z))" : @"\A", 0, Repeats: false);
            case '$':
                _reader.TakeChar();
                return new(Has(PatternOptions.Multiline) ? @"(?=\n|\z)" : @"\Z", 0, Repeats: false);
            case '*' or '+' or '?':
                throw PerlRegex.Invalid("quantifier does not follow a repeatable item");
            case '{' when Counts() is not null:
                throw PerlRegex.Invalid("quantifier does not follow a repeatable item");
            default:
                return Literal(_reader.TakeCodePoint());
        }
    }

    private Piece Quantified(Piece atom)
    {
        var (least, most, length) = _reader.Next switch
        {
            '*' => (0, int.MaxValue, 1),
            '+' => (1, int.MaxValue, 1),
            '?' => (0, 1, 1),
            '{' when Counts() is { } counts => counts,
            _ => (1, 1, 0),
        };

        if (length == 0)
        {
            return atom;
        }

        if (!atom.Repeats)
        {
            throw atom.Text.StartsWith("(?", StringComparison.Ordinal) && atom.Width == 0 && atom.Text[2] is '=' or '!' or '<'
                ? Failure.NotSupported("A repeated assertion in a regular expression")
                : PerlRegex.Invalid("quantifier does not follow a repeatable item");
        }

        _reader.GoTo(_reader.At + length);
        var repeated = atom.Text.Length == 0 ? "" : $"(?:{atom.Text}){{{least},{(most == int.MaxValue ? "" : most)}}}";
        var text = _reader.Take("?") ? Lazy(repeated, atom, most) : _reader.Take("+") ? Atomic(repeated) : repeated;
        var end = _reader.At;
        SkipIgnored();
        return _quotes || (_reader.Next is not ('*' or '+' or '?') && (_reader.Next != '{' || Counts() is null)) ? new(text, least == most ? atom.Width * least : null) { CanBeEmpty = least == 0 || atom.CanBeEmpty }
            : _reader.At == end ? throw PerlRegex.Invalid("quantifier does not follow a repeatable item")
            : throw Failure.NotSupported("A quantifier that is parted from another in a regular expression");
    }

    // .NET makes one loop of a loop around what keeps all it has matched, and forgets the difference; what is always true stops it.
    private static string Kept(string atomic) => atomic.Length == 0 ? "" : $@"(?:{atomic}(?!\b\B))";

    // .NET loses its way in the empty turns of such a loop.
    private static string Lazy(string repeated, Piece atom, int most) => repeated.Length == 0 ? ""
        : atom.CanBeEmpty && most > 1 ? throw Failure.NotSupported("A lazy repetition of what can be empty in a regular expression")
        : repeated + "?";

    private static string Atomic(string repeated) => repeated.Length == 0 ? "" : Kept($"(?>{repeated})");

    /// <summary>What stands in braces if it is a quantifier; otherwise the brace is a character like others.</summary>
    private (int Least, int Most, int Length)? Counts()
    {
        var end = pattern.IndexOf('}', _reader.At);
        var parts = end < 0 ? [] : pattern[(_reader.At + 1)..end].Split(',');

        if (parts.Length is not (1 or 2) || parts[0].Length == 0 || !Array.TrueForAll(parts, p => p.All(char.IsAsciiDigit)))
        {
            return null;
        }

        var least = Count(parts[0]);
        var most = parts.Length == 1 ? least : parts[1].Length == 0 ? int.MaxValue : Count(parts[1]);
        return least <= most ? (least, most, end - _reader.At + 1) : throw PerlRegex.Invalid("numbers out of order in {} quantifier");
    }

    private static int Count(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= ushort.MaxValue
        ? count
        : throw PerlRegex.Invalid("number too big in {} quantifier");

    private Piece Literal(int character)
    {
        var same = Has(PatternOptions.Caseless) ? CodePoints.Of(character).Caseless() : CodePoints.Of(character);
        return Set(same);
    }

    private Piece Set(CodePoints set) => new(set.ToRegex(isWide), 1, Set: set);

    private Piece Class()
    {
        if (ClassReader.Named.IsMatch(pattern, _reader.At))
        {
            throw PerlRegex.Invalid("POSIX named classes are supported only within a class");
        }

        _reader.TakeChar();
        return Set(ClassReader.Read(_reader, pattern, Has(PatternOptions.Caseless)));
    }

    private Piece Escape()
    {
        if (_reader.IsAtEnd)
        {
            throw PerlRegex.Invalid(@"\ at end of pattern");
        }

        if (!char.IsAsciiLetterOrDigit(_reader.Next))
        {
            return Literal(_reader.TakeCodePoint());
        }

        var letter = _reader.TakeChar();

        switch (letter)
        {
            case >= '1' and <= '9':
                return Numbered(letter);
            case 'g' or 'k':
                return Reference(_groups.ReadReference(_reader, letter));
            case 'b':
                return new(WordBoundary, 0, Repeats: false);
            case 'B':
                return new(NoWordBoundary, 0, Repeats: false);
            case 'A' or 'Z' or 'z':
                return new($@"\{letter}", 0, Repeats: false);
            case 'R':
                return new(@"(?>\r\n|[\n-\r\x85\u2028\u2029])", null);
            case 'N' when _reader.Next != '{':
                return Set(CodePoints.Of('\n').Complement());
            case 'N' or 'G' or 'K' or 'X' or 'C':
                throw Failure.NotSupported($@"\{letter} in a regular expression");
            case 'p' or 'P':
                return Set(CharacterSets.OfProperty(_reader, letter == 'P'));
            default:
                return CharacterSets.OfEscape(letter) is { } set ? Set(set)
                    : _reader.CharacterOf(letter) is { } character ? Literal(character)
                    : throw PerlRegex.Invalid(@"unrecognized character follows \");
        }
    }

    // A number that no group has yet got is a character's, if it can be.
    private Piece Numbered(char first)
    {
        var start = _reader.At;
        var digits = first + _reader.TakeWhile(char.IsAsciiDigit);

        if (digits.Length > 1 && first < '8' && !(int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= _groups.Opened))
        {
            _reader.GoTo(start);
            return Literal(_reader.Octal(first));
        }

        return Reference(_groups.Refer(digits));
    }

    private Piece Reference(int group)
    {
        if (_lookbehinds > 0)
        {
            throw Failure.NotSupported("A reference to a group in a lookbehind of a regular expression");
        }

        if (Has(PatternOptions.Caseless) && isWide)
        {
            throw Failure.NotSupported("A reference to a group that ignores case, put to characters beyond U+FFFF,");
        }

        return new(Has(PatternOptions.Caseless) ? $@"(?i:\k<{group}>)" : $@"\k<{group}>", null);
    }
}
