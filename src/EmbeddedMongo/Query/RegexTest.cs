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

    private bool IsFound(string text)
    {
        try
        {
            var isWide = text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');
            return (isWide ? _wide ??= PerlRegex.Compile(pattern, options, isWide: true) : _regex).IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw Failure.Located(51156, "Error occurred while executing regular expression: match limit exceeded");
        }
    }
}
