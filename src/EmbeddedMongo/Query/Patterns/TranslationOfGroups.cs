namespace Visuels.EmbeddedMongo.Query.Patterns;

/// <content>What stands in parentheses.</content>
internal sealed partial class Translation
{
    private Piece? Group()
    {
        _reader.TakeChar();

        if (_reader.Next == '*')
        {
            throw Failure.NotSupported("A verb in a regular expression");
        }

        if (!_reader.Take("?"))
        {
            return Capturing(null);
        }

        if (_reader.Take("P="))
        {
            return Reference(_groups.Refer(_reader.TakeUntil(')') ?? ""));
        }

        return _reader.Take(":") ? Inside("(?:", 0)
            : _reader.Take(">") ? AtomicGroup()
            : _reader.Take("=") ? Assertion("(?=")
            : _reader.Take("!") ? Assertion("(?!")
            : _reader.Take("<=") ? Assertion("(?<=", 1)
            : _reader.Take("<!") ? Assertion("(?<!", 1)
            : _reader.Take("<") || _reader.Take("P<") ? Capturing(_reader.TakeUntil('>') ?? "")
            : _reader.Take("'") ? Capturing(_reader.TakeUntil('\'') ?? "")
            : _reader.Next is '(' or '|' or 'P' or '&' or 'R' or 'C' or '+' || char.IsAsciiDigit(_reader.Next) || (_reader.Next == '-' && char.IsAsciiDigit(_reader.Peek(1)))
                ? throw Failure.NotSupported("A conditional, a recursion or the like in a regular expression")
            : Options();
    }

    private Piece Capturing(string? name)
    {
        var number = _groups.Open(name);
        var group = _lookbehinds == 0 ? Inside($"(?<{number}>", 0)
            : throw Failure.NotSupported("A capturing group in a lookbehind of a regular expression");
        _groups.Close(number);
        return group;
    }

    /// <summary>What comes up to the closing parenthesis; options that it changes are as they were after it.</summary>
    private Piece Inside(string opening, int lookbehinds)
    {
        var outer = _options;
        _lookbehinds += lookbehinds;

        if (++_depth > MaxDepth)
        {
            throw PerlRegex.Invalid("parentheses are too deeply nested");
        }

        var inner = Alternatives(out var allFixed);
        _depth--;
        _lookbehinds -= lookbehinds;
        _options = outer;

        if (!_reader.Take(")"))
        {
            throw PerlRegex.Invalid("missing closing parenthesis");
        }

        return lookbehinds > 0 && !allFixed ? throw PerlRegex.Invalid("lookbehind assertion is not fixed length")
            : inner.Text.Length == 0 && opening is "(?:" or "(?>" or "(?=" or "(?<=" ? new("", 0)
            : opening == "(?:" && inner.Set is not null ? inner
            : new($"{opening}{inner.Text})", inner.Width) { CanBeEmpty = inner.CanBeEmpty };
    }

    private Piece AtomicGroup()
    {
        var inside = Inside("(?>", 0);
        return inside with { Text = Kept(inside.Text) };
    }

    private Piece Assertion(string opening, int lookbehinds = 0)
    {
        var inside = Inside(opening, lookbehinds);
        return inside with { Width = 0, Repeats = inside.Text.Length == 0, CanBeEmpty = true };
    }

    private Piece? Options()
    {
        var (options, isOn) = (_options, true);

        while (!_reader.IsAtEnd && _reader.Next is not (')' or ':'))
        {
            var letter = _reader.TakeChar();
            var option = letter switch
            {
                'i' => PatternOptions.Caseless,
                'm' => PatternOptions.Multiline,
                's' => PatternOptions.DotAll,
                'x' when _reader.Next != 'x' => PatternOptions.Extended,
                '-' when isOn => PatternOptions.None,
                'x' or 'n' or 'J' or 'U' or '^' => throw Failure.NotSupported($"The option {letter} within a regular expression"),
                _ => throw PerlRegex.Invalid("unrecognized character after (? or (?-"),
            };
            isOn &= letter != '-';
            options = isOn ? options | option : options & ~option;
        }

        if (_reader.Take(")"))
        {
            _options = options;
            return null;
        }

        var outer = _options;
        _options = options;
        var inside = _reader.Take(":") ? Inside("(?:", 0) : throw PerlRegex.Invalid("missing closing parenthesis");
        _options = outer;
        return inside;
    }
}
