using System.Text.RegularExpressions;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>A regular expression: found in a string, or the same expression stored as a value.</summary>
internal sealed class RegexTest(string pattern, string options) : ElementTest
{
    private readonly Regex _regex = PerlRegex.Compile(pattern, options, isWide: false);
    private Regex? _wide;
    private readonly string _options = string.Concat(options.Order());

    public override bool Matches(BsonValue? value) => value switch
    {
        BsonString or BsonSymbol => IsFound(BsonOrder.Text(value)),
        BsonRegularExpression regex => regex.Pattern == pattern && regex.Options == _options,
        _ => false,
    };

    /// <summary>The first match from a position on.</summary>
    public Match Find(string text, int start)
    {
        var names = _regex.GetGroupNames();
        var named = names.Count(n => !char.IsAsciiDigit(n[0]));

        // PCRE numbers all groups from left to right, .NET those without names first.
        return named == 0 || named == names.Length - 1
            ? Run(text, regex => regex.Match(text, start))
            : throw Failure.NotSupported("the captures of a regular expression in which only some groups have names");
    }

    private bool IsFound(string text) => Run(text, regex => regex.IsMatch(text));

    private T Run<T>(string text, Func<Regex, T> search)
    {
        try
        {
            var isWide = text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');
            return search(isWide ? _wide ??= PerlRegex.Compile(pattern, options, isWide: true) : _regex);
        }
        catch (RegexMatchTimeoutException)
        {
            throw Failure.Located(51156, "Error occurred while executing regular expression: match limit exceeded");
        }
    }
}
