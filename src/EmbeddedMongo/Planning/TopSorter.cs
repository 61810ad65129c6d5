using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>Sorts in memory, keeping no more than the first so many; equal documents stay in the order they came.</summary>
internal sealed class TopSorter
{
    private const long MaxBytes = 100 * 1024 * 1024;
    private readonly long _keep;
    private readonly SortSpec _sort;
    private readonly PriorityQueue<MatchedDocument, SortKey> _worstFirst;
    private long _sequence;
    private long _bytes;

    /// <param name="sort">The order.</param>
    /// <param name="collation">That of strings.</param>
    /// <param name="keep">How many at most, 0 for all.</param>
    public TopSorter(BsonDocument sort, Collation collation, long keep)
    {
        _keep = keep;
        _sort = SortSpec.Parse(sort, collation);
        _worstFirst = new(Comparer<SortKey>.Create((a, b) => Compare(b, a)));
    }

    public void Add(MatchedDocument matched, BsonDocument document)
    {
        _worstFirst.Enqueue(matched, new SortKey(_sort.Key(document), _sequence++));
        _bytes += matched.Bytes.Length;
        if (_keep > 0 && _worstFirst.Count > _keep)
        {
            _bytes -= _worstFirst.Dequeue().Bytes.Length;
        }

        if (_bytes > MaxBytes)
        {
            throw new MongoError(292, "QueryExceededMemoryLimitNoDiskUseAllowed", $"Sort exceeded memory limit of {MaxBytes} bytes");
        }
    }

    public MatchedDocument[] ToArray()
    {
        var sorted = new MatchedDocument[_worstFirst.Count];
        for (var i = sorted.Length - 1; i >= 0; i--)
        {
            sorted[i] = _worstFirst.Dequeue();
        }

        return sorted;
    }

    private int Compare(SortKey a, SortKey b) =>
        _sort.CompareKeys(a.Values, b.Values) is not 0 and var order ? order : a.Sequence.CompareTo(b.Sequence);

    private readonly record struct SortKey(BsonValue[] Values, long Sequence);
}
