using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>Sorts in memory, keeping no more than the first so many; equal documents stay in the order they came.</summary>
internal sealed class TopSorter
{
    private const long MaxBytes = 100 * 1024 * 1024;
    private readonly long _keep;
    private readonly SortSpec _sort;
    private readonly FieldSet _fields;
    private readonly PriorityQueue<MatchedDocument, SortKey> _worstFirst;
    private long _sequence;
    private long _bytes;

    /// <param name="sort">The order.</param>
    /// <param name="collation">That of strings.</param>
    /// <param name="keep">How many at most, 0 for all.</param>
    public TopSorter(BsonDocument sort, Collation collation, long keep)
    {
        _keep = keep;
        _fields = new FieldSet(sort.Names);
        _sort = SortSpec.Parse(sort, collation);
        _worstFirst = new(Comparer<SortKey>.Create((a, b) => Compare(b, a)));
    }

    /// <summary>Takes in the scan's current document, or sees that it comes too late in the order.</summary>
    public void Add(MatchScan scan)
    {
        var key = new SortKey(_sort.Key(scan.Part(_fields)), _sequence++);
        if (_keep > 0 && _worstFirst.Count == _keep)
        {
            if (_worstFirst.TryPeek(out _, out var worst) && Compare(key, worst) > 0)
            {
                return;
            }

            _bytes -= _worstFirst.Dequeue().Bytes.Length;
        }

        var matched = new MatchedDocument(scan.Bytes.ToArray(), scan.TextScore);
        _worstFirst.Enqueue(matched, key);
        _bytes += matched.Bytes.Length;

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
