using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>A find projection, parsed once. Safe for concurrent use.</summary>
public sealed class Projection
{
    private readonly ProjectionNode? _root;

    private Projection(ProjectionNode? root) => _root = root;

    /// <summary>Parses a projection: fields in or out, <c>$slice</c>, <c>$elemMatch</c>, <c>{$meta: "textScore"}</c> and expressions.</summary>
    /// <exception cref="MongoError">The projection is malformed, mixes inclusion with exclusion, or uses what is not supported.</exception>
    public static Projection Parse(BsonDocument projection) =>
        new(projection.ElementCount == 0 ? null : ProjectionParser.Parse(projection, isFind: true));

    /// <summary>The projected document; the original is not changed. The text score field is never part of it.</summary>
    public BsonDocument Apply(BsonDocument document) => _root?.Apply(document) ?? Documents.WithoutScore(document);
}
