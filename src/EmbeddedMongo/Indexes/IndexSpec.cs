using System.Collections.Immutable;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>One field of an index's key.</summary>
internal readonly record struct IndexField(string Path, bool Descending);

/// <summary>What a text index reads, and how much each field counts.</summary>
internal sealed record TextFields(ImmutableArray<(string Path, double Weight)> Fields, string LanguageOverride);

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
        if (document.TryGetValue("expireAfterSeconds", out var seconds))
        {
            ExpireAfter = TimeSpan.FromSeconds(seconds.ToDouble());
        }

        if (document.TryGetValue("partialFilterExpression", out var filter))
        {
            PartialExpression = filter.AsBsonDocument;
            PartialFilter = Matcher.Compile(PartialExpression);
        }

        if (document.TryGetValue("weights", out var weights))
        {
            var fields = weights.AsBsonDocument.Select(w => (w.Name, w.Value.ToDouble()));
            Text = new TextFields([.. fields], document["language_override"].AsString);
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

    public TimeSpan? ExpireAfter { get; }

    public BsonDocument? PartialExpression { get; }

    public Matcher? PartialFilter { get; }

    public TextFields? Text { get; }

    public static IndexSpec FromStored(BsonDocument document) => new(document);

    /// <summary>Reads one element of createIndexes, refusing what this server does not do.</summary>
    public static IndexSpec Parse(BsonDocument request) => new(IndexRequest.Normalize(request));

    /// <summary>The same index but for its name.</summary>
    public bool HasSameOptionsAs(IndexSpec other) => WithoutName(Document).Equals(WithoutName(other.Document));

    /// <summary>Two indexes may share a key only when they cover different documents.</summary>
    public bool CoversSameAs(IndexSpec other) =>
        Key.Equals(other.Key) && Equals(PartialExpression, other.PartialExpression) && Unique == other.Unique && Sparse == other.Sparse;

    private static BsonDocument WithoutName(BsonDocument document)
    {
        var rest = (BsonDocument)document.DeepClone();
        rest.Remove("name");
        return rest;
    }
}
