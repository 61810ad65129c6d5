using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>
/// Regular expressions as MongoDB (PCRE) reads them, on .NET's engine. What the two write alike but mean differently is rewritten
/// (<c>\d \w \s \b</c> are ASCII, <c>[</c> in a class is a bracket) or refused; what only PCRE knows .NET rejects by itself.
/// </summary>
internal static class PerlRegex
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <param name="pattern">The expression.</param>
    /// <param name="options">Its options.</param>
    /// <param name="isWide">Whether texts hold characters beyond U+FFFF, which are one character to PCRE and two to .NET.</param>
    public static Regex Compile(string pattern, string options, bool isWide)
    {
        if (pattern.Contains('\0'))
        {
            throw Failure.BadValue("Regular expression cannot contain an embedded null byte");
        }

        var parsed = Parse(options);

        try
        {
            return new(new Translation(pattern, parsed.HasFlag(RegexOptions.IgnorePatternWhitespace), isWide).Run(), parsed, Patience);
        }
        catch (ArgumentException invalid)
        {
            throw Failure.Located(51091, $"Regular expression is invalid: {invalid.Message}");
        }
    }

    private static RegexOptions Parse(string options)
    {
        var parsed = RegexOptions.CultureInvariant;

        foreach (var option in options)
        {
            parsed |= option switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'x' => RegexOptions.IgnorePatternWhitespace,
                'u' => RegexOptions.None,
                _ => throw Failure.Located(51108, $"invalid flag in regex options: {option}"),
            };
        }

        return parsed;
    }

    private sealed class Translation(string pattern, bool ignoresBlanks, bool isWide)
    {
        private readonly StringBuilder _result = new(pattern.Length + 16);
        private int _at;

        public string Run()
        {
            while (_at < pattern.Length)
            {
                switch (pattern[_at])
                {
                    case '\\':
                        Escape(inClass: false);
                        break;
                    case '[':
                        CharacterClass();
                        break;
                    case '(':
                        Group();
                        break;
                    case '.' when isWide:
                        _at++;
                        Negated(".");
                        break;
                    case '#' when ignoresBlanks:
                        _at = pattern.IndexOf('\n', _at) is var end and >= 0 ? end : pattern.Length;
                        break;
                    case var high when char.IsHighSurrogate(high) && _at + 1 < pattern.Length:
                        // A quantifier is for both halves.
                        _result.Append("(?:").Append(pattern, _at, 2).Append(')');
                        _at += 2;
                        break;
                    default:
                        Copy();
                        break;
                }
            }

            return _result.ToString();
        }

        private void Copy() => _result.Append(pattern[_at++]);

        /// <summary>What stands for any of many characters must take both halves of one at once, and never give one back.</summary>
        private void Negated(string any) => _result.Append(isWide ? $@"(?>[\uD800-\uDBFF][\uDC00-\uDFFF]|{any})" : any);

        private void Group()
        {
            // Verbs like (*UCP), and .NET's own balancing groups (?<a-b>) and conditionals, would be taken for something else.
            if (Regex.IsMatch(pattern[_at..], @"^\((\*|\?(\(|[<'][^>=!']*-))"))
            {
                throw Failure.NotSupported($"the group at {_at} of the regular expression");
            }

            Copy();
        }

        private void CharacterClass()
        {
            var start = _result.Length;
            Copy();
            var isNegated = _at < pattern.Length && pattern[_at] == '^';

            if (isNegated)
            {
                Copy();
            }

            // A bracket that closes at once is a member.
            if (_at < pattern.Length && pattern[_at] == ']')
            {
                _result.Append(@"\]");
                _at++;
            }

            while (_at < pattern.Length && pattern[_at] != ']')
            {
                ClassMember();
            }

            if (_at < pattern.Length)
            {
                Copy();
            }

            if (isNegated)
            {
                var members = _result.ToString(start, _result.Length - start);
                _result.Length = start;
                Negated(members);
            }
        }

        private void ClassMember()
        {
            var member = pattern[_at];

            if (char.IsSurrogate(member) || (member == '[' && _at + 1 < pattern.Length && pattern[_at + 1] is ':' or '.' or '='))
            {
                throw Failure.NotSupported("a POSIX class or a character beyond U+FFFF in a class of a regular expression");
            }

            if (member == '\\')
            {
                Escape(inClass: true);
                return;
            }

            _result.Append(member == '[' ? "\\" : "");
            Copy();
        }

        private void Escape(bool inClass)
        {
            var escaped = _at + 1 < pattern.Length ? pattern[_at + 1] : '\0';

            if (escaped == 'x' && _at + 2 < pattern.Length && pattern[_at + 2] == '{')
            {
                CodePoint(inClass);
                return;
            }

            var translated = (escaped, inClass) switch
            {
                ('d', false) => "[0-9]",
                ('d', true) => "0-9",
                ('w', false) => "[a-zA-Z0-9_]",
                ('w', true) => "a-zA-Z0-9_",
                ('s', false) => @"[\t-\r\x20]",
                ('s', true) => @"\x20\t-\r",
                ('h', false) => @"[\t\x20\xA0\u1680\u180E\u2000-\u200A\u202F\u205F\u3000]",
                ('v', false) => @"[\n-\r\x85\u2028\u2029]",
                ('b', false) => "(?:(?<=[a-zA-Z0-9_])(?![a-zA-Z0-9_])|(?<![a-zA-Z0-9_])(?=[a-zA-Z0-9_]))",
                ('B', false) => "(?:(?<=[a-zA-Z0-9_])(?=[a-zA-Z0-9_])|(?<![a-zA-Z0-9_])(?![a-zA-Z0-9_]))",
                ('D' or 'W' or 'S' or 'N' or 'P', false) => null,
                ('D' or 'W' or 'S' or 'h' or 'v' or 'P', true) => throw Failure.NotSupported($@"\{escaped} in a class of a regular expression"),
                _ => pattern.Substring(_at, Math.Min(2, pattern.Length - _at)),
            };

            _at = Math.Min(_at + 2, pattern.Length);

            if (escaped == 'p' && isWide)
            {
                throw Failure.NotSupported(@"\p in a regular expression, put to characters beyond U+FFFF,");
            }

            if (translated is not null)
            {
                _result.Append(translated);

                // After a class inside a class a hyphen is no range.
                if (inClass && escaped is 'd' or 'w' or 's' && _at < pattern.Length && pattern[_at] == '-')
                {
                    _result.Append('\\');
                    Copy();
                }

                return;
            }

            Negated(escaped switch
            {
                'D' => "[^0-9]",
                'W' => "[^a-zA-Z0-9_]",
                'S' => @"[^\t-\r\x20]",
                'N' => @"[^\n]",
                _ => throw Failure.NotSupported(@"\P in a regular expression"),
            });
        }

        private void CodePoint(bool inClass)
        {
            var end = pattern.IndexOf('}', _at);

            if (end < 0 || !int.TryParse(pattern.AsSpan(_at + 3, end - _at - 3), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code)
                || !Rune.IsValid(code) || (inClass && code > char.MaxValue))
            {
                throw Failure.NotSupported("this character escape in a regular expression");
            }

            _result.Append(code > char.MaxValue ? $"(?:{new Rune(code)})" : $@"\u{code:X4}");
            _at = end + 1;
        }
    }
}
