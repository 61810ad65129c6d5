using MongoDB.Bson;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>A part of what a scan finds, in an order: that of the scan if it is the one, otherwise one made in memory.</summary>
internal sealed class SortedScan(MatchScan? scan, BsonDocument? sort, long skip, long limit) : IDisposable
{
    private readonly long _keep = limit == 0 ? 0 : limit > long.MaxValue - skip ? long.MaxValue : skip + limit;
    private long _toSkip = skip;
    private long _left = limit == 0 ? long.MaxValue : limit;
    private Queue<MatchedDocument>? _sorted;

    /// <summary>All that the scan finds has been read.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The size of the documents that were sorted in memory and not yet given out.</summary>
    public long HeldBytes { get; private set; }

    private bool ScanIsInOrder => sort is null || scan!.IsSorted;

    public MatchedDocument? Next(Session session) => !Skip(session) ? null
        : ScanIsInOrder ? Advance(session) ? new MatchedDocument(scan!.Bytes.ToArray(), scan.TextScore) : null
        : Take(session);

    /// <summary>The same, read as a document with its score.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="fields">What of the document is needed, null for all of it.</param>
    public BsonDocument? NextDocument(Session session, FieldSet? fields) => !Skip(session) ? null
        : ScanIsInOrder ? !Advance(session) ? null : fields is null ? scan!.ScoredDocument : scan!.Part(fields)
        : Take(session)?.Decode(fields);

    public void Detach() => scan?.Detach();

    public void Attach(Session session) => scan?.Attach(session);

    public void Dispose() => scan?.Dispose();

    private bool Skip(Session session)
    {
        if (scan is null || _left == 0)
        {
            return false;
        }

        for (; _toSkip > 0; _toSkip--)
        {
            if (!(ScanIsInOrder ? Advance(session) : Take(session) is not null))
            {
                return false;
            }
        }

        _left--;
        return true;
    }

    private bool Advance(Session session)
    {
        HasEnded = HasEnded || !scan!.Next(session);
        return !HasEnded;
    }

    private MatchedDocument? Take(Session session)
    {
        if (!Sorted(session).TryDequeue(out var first))
        {
            return null;
        }

        HeldBytes -= first.Bytes.Length;
        return first;
    }

    private Queue<MatchedDocument> Sorted(Session session)
    {
        if (_sorted is null)
        {
            var sorter = new TopSorter(sort!, scan!.Collation, _keep);
            while (Advance(session))
            {
                sorter.Add(scan);
            }

            var sorted = sorter.ToArray();
            HeldBytes = sorted.Sum(d => (long)d.Bytes.Length);
            _sorted = new(sorted);
        }

        return _sorted;
    }
}
