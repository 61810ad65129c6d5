using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>A find projection, parsed once. Safe for concurrent use.</summary>
internal sealed class Projection
{
    private readonly ProjectionNode? _root;
    private readonly PositionalProjection? _positional;

    private Projection(ProjectionNode? root, PositionalProjection? positional) => (_root, _positional) = (root, positional);

    /// <summary>Parses a projection: fields in or out, <c>$slice</c>, <c>$elemMatch</c>, <c>{$meta: "textScore"}</c> and expressions.</summary>
    /// <exception cref="MongoError">The projection is malformed, mixes inclusion with exclusion, or uses what is not supported.</exception>
    /// <param name="projection">The projection.</param>
    /// <param name="filter">The query's filter; knowing it, the projection also takes the positional <c>"array.$": 1</c>.</param>
    /// <param name="context">The query's collation and variables, if it has any.</param>
    public static Projection Parse(BsonDocument projection, BsonDocument? filter = null, QueryContext? context = null)
    {
        context ??= QueryContext.Plain;
        var positional = PositionalProjection.Find(ref projection, filter, context);
        return new(projection.ElementCount == 0 ? null : ProjectionParser.Parse(projection, context, isFind: true), positional);
    }

    /// <summary>The projected document; the original is not changed. The text score field is never part of it.</summary>
    public BsonDocument Apply(BsonDocument document)
    {
        var projected = _root?.Apply(document) ?? Documents.WithoutScore(document);
        return _positional is null ? projected : _positional.Apply(document, projected);
    }
}
