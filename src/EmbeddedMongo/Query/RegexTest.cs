using System.Text.RegularExpressions;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query.Patterns;

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
    public Match Find(string text, int start) => Run(text, regex => regex.Match(text, start));

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
