using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>A find projection, parsed once. Safe for concurrent use.</summary>
internal sealed class Projection
{
    private readonly ProjectionNode? _root;
    private readonly List<FindSlice> _slices;
    private readonly PositionalProjection? _positional;

    private Projection(BsonDocument projection, BsonDocument filter, QueryContext context)
    {
        var parser = projection.ElementCount == 0 ? null : ProjectionParser.ForFind(projection, filter, context);
        (_root, _slices, _positional) = (parser?.Root, parser?.Slices ?? [], parser?.Positional);
        UsesScore = Documents.AsksForScore(projection);
    }

    /// <summary>Whether it shows the score of a text search.</summary>
    public bool UsesScore { get; }

    /// <summary>Whether it shows the array element that the filter found.</summary>
    public bool IsPositional => _positional is not null;

    /// <summary>Parses a projection: fields in or out, <c>"array.$"</c>, <c>$slice</c>, <c>$elemMatch</c>, <c>{$meta: "textScore"}</c> and expressions.</summary>
    /// <param name="projection">The projection.</param>
    /// <param name="filter">The query's filter.</param>
    /// <param name="context">The query's collation and variables, if it has any.</param>
    /// <exception cref="MongoError">The projection is malformed, mixes inclusion with exclusion, or uses what is not supported.</exception>
    public static Projection Parse(BsonDocument projection, BsonDocument? filter = null, QueryContext? context = null) =>
        new(projection, filter ?? [], context ?? QueryContext.Plain);

    /// <summary>The projected document; the original is not changed. The text score field is never part of it.</summary>
    public BsonDocument Apply(BsonDocument document)
    {
        var projected = _root?.Apply(document) ?? Documents.WithoutScore(document);

        foreach (var slice in _slices)
        {
            projected = slice.Apply(projected);
        }

        return _positional is null ? projected : _positional.Apply(document, projected);
    }
}
