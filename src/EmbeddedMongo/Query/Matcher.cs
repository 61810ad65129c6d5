using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>A query filter, parsed once to be put to many documents. Safe for concurrent use.</summary>
internal sealed class Matcher
{
    private readonly Filter _filter;

    private Matcher(Filter filter) => _filter = filter;

    /// <summary>Parses a filter; <c>$text</c> must have been taken out of it.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="context">Its collation and variables, if it has any.</param>
    /// <exception cref="MongoError">The filter is malformed, or uses what this server does not support.</exception>
    public static Matcher Compile(BsonDocument filter, QueryContext? context = null) =>
        new(FilterParser.Parse(filter, context ?? QueryContext.Plain));

    /// <summary>Whether the document fulfils the filter.</summary>
    public bool Matches(BsonDocument document) => _filter.Matches(document, null);

    /// <summary>Whether it does, and at which array position: what the positional operator of updates and projections refers to.</summary>
    public bool Matches(BsonDocument document, out int? position)
    {
        var trace = new MatchTrace();
        var matches = _filter.Matches(document, trace);
        position = matches && trace.Position >= 0 ? trace.Position : null;
        return matches;
    }
}
