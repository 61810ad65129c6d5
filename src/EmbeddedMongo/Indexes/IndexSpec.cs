using System.Collections.Immutable;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>One field of an index's key.</summary>
internal readonly record struct IndexField(string Path, bool Descending);

/// <summary>An index's definition; <see cref="Document"/> is what listIndexes shows.</summary>
internal sealed class IndexSpec
{
    private IndexSpec(BsonDocument document)
    {
        Document = document;
        Name = document["name"].AsString;
        Key = document["key"].AsBsonDocument;
        Unique = document.GetValue("unique", false).ToBoolean();
        Sparse = document.GetValue("sparse", false).ToBoolean();
        Hidden = document.GetValue("hidden", false).ToBoolean();
        Collation = Collation.FromStored(document.GetValue("collation", null) as BsonDocument);
        if (document.TryGetValue("expireAfterSeconds", out var seconds))
        {
            ExpireAfter = TimeSpan.FromSeconds(seconds.ToDouble());
        }

        if (document.TryGetValue("partialFilterExpression", out var filter))
        {
            PartialExpression = filter.AsBsonDocument;
            PartialFilter = Matcher.Compile(PartialExpression, QueryContext.Plain with { Collation = Collation });
        }

        if (document.Contains("weights"))
        {
            Text = new TextFields(document);
            Fields = [];
        }
        else
        {
            Fields = [.. Key.Select(f => new IndexField(f.Name, f.Value.ToDouble() < 0))];
        }
    }

    public BsonDocument Document { get; }

    public string Name { get; }

    public BsonDocument Key { get; }

    public ImmutableArray<IndexField> Fields { get; }

    public bool Unique { get; }

    public bool Sparse { get; }

    /// <summary>Kept up to date, but no query uses it.</summary>
    public bool Hidden { get; }

    /// <summary>The order of its strings. Only a query with the same one can use it for strings.</summary>
    public Collation Collation { get; }

    public TimeSpan? ExpireAfter { get; }

    public BsonDocument? PartialExpression { get; }

    public Matcher? PartialFilter { get; }

    public TextFields? Text { get; }

    public static IndexSpec FromStored(BsonDocument document) => new(document);

    /// <summary>Reads one element of createIndexes, refusing what this server does not do.</summary>
    /// <param name="request">The element.</param>
    /// <param name="inherited">The collection's collation, for an index that is not given one.</param>
    public static IndexSpec Parse(BsonDocument request, Collation? inherited = null) => new(IndexRequest.Normalize(request, inherited ?? Collation.Simple));

    /// <summary>Whether the two cannot both exist: the same key, for the same documents.</summary>
    public bool HasSameSignatureAs(IndexSpec other) => BsonOrder.Compare(Key, other.Key) == 0
        && BsonOrder.Compare(PartialExpression ?? [], other.PartialExpression ?? []) == 0
        && Unique == other.Unique && Sparse == other.Sparse && Collation.IsSameAs(other.Collation);

    /// <summary>The same index but for its name, and whether queries see it.</summary>
    public bool IsSameAs(IndexSpec other) => BsonOrder.Compare(Options(Document), Options(other.Document)) == 0;

    private static BsonDocument Options(BsonDocument document) =>
        [.. document.Where(o => o.Name is not ("name" or "hidden")).OrderBy(o => o.Name, StringComparer.Ordinal)];
}
