using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>What one document puts into one index: keys, or words for a text index.</summary>
internal sealed record IndexEntries(IReadOnlyList<IndexKey> Keys, IReadOnlyList<(string Term, double Score)> Terms, bool IsMultikey)
{
    public static IndexEntries Of(IndexSpec spec, BsonDocument document)
    {
        if (spec.Text is { } text)
        {
            return spec.PartialFilter?.Matches(document) == false
                ? new IndexEntries([], [], false)
                : new IndexEntries([], [.. TextScores.Of(text, document).Select(s => (s.Key, s.Value))], false);
        }

        var keys = IndexKeys.Of(spec, document);
        return new IndexEntries(keys.Keys, [], keys.IsMultikey);
    }

    /// <summary>What an update takes out and puts in; what stays is not touched.</summary>
    public static (IndexEntries Gone, IndexEntries Come) Change(IndexEntries before, IndexEntries after) =>
        (before.Without(after), after.Without(before));

    private IndexEntries Without(IndexEntries other)
    {
        var keys = new SortedSet<byte[]>(other.Keys.Select(k => k.Bytes), Comparer<byte[]>.Create(KeyBytes.Compare));
        var terms = other.Terms.ToHashSet();
        return this with
        {
            Keys = keys.Count == 0 ? Keys : [.. Keys.Where(k => !keys.Contains(k.Bytes))],
            Terms = terms.Count == 0 ? Terms : [.. Terms.Where(t => !terms.Contains(t))],
        };
    }
}
