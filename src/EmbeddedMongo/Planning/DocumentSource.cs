using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>What a cursor reads from, document by document; each batch brings a session of its own.</summary>
internal abstract class DocumentSource : IDisposable
{
    /// <summary>The next document's BSON, null at the end.</summary>
    public abstract byte[]? Next(Session session);

    /// <summary>The session ends; a later batch brings another.</summary>
    public virtual void Detach()
    {
    }

    /// <summary>Another session has come. Fails as MongoDB's cursors do where what is read from is gone.</summary>
    public virtual void Attach(Session session)
    {
    }

    public abstract void Dispose();

    public static DocumentSource Of(IEnumerable<BsonDocument> documents) => new EnumeratedSource(documents.GetEnumerator());

    private sealed class EnumeratedSource(IEnumerator<BsonDocument> documents) : DocumentSource
    {
        public override byte[]? Next(Session session) => documents.MoveNext() ? BsonBytes.EncodeResult(documents.Current) : null;

        public override void Dispose() => documents.Dispose();
    }
}

/// <summary>The result of a find.</summary>
internal sealed class FindSource(MatchScan scan, BsonDocument? sort, Projection? projection, long skip, long limit) : DocumentSource
{
    private readonly long _keep = limit == 0 ? 0 : skip + limit;
    private long _toSkip = skip;
    private long _left = limit == 0 ? long.MaxValue : limit;
    private Queue<MatchedDocument>? _sorted;

    public override byte[]? Next(Session session)
    {
        if (_left == 0)
        {
            return null;
        }

        for (; _toSkip > 0; _toSkip--)
        {
            if (Take(session) is null)
            {
                return null;
            }
        }

        _left--;
        return Take(session) is { } matched ? Project(matched) : null;
    }

    public override void Detach() => scan.Detach();

    public override void Attach(Session session) => scan.Attach(session);

    public override void Dispose() => scan.Dispose();

    private MatchedDocument? Take(Session session)
    {
        if (sort is null || scan.IsSorted)
        {
            return scan.Next(session) ? new MatchedDocument(scan.Bytes.ToArray(), scan.TextScore) : null;
        }

        _sorted ??= Sort(session, sort);
        return _sorted.TryDequeue(out var first) ? first : null;
    }

    private Queue<MatchedDocument> Sort(Session session, BsonDocument by)
    {
        var sorter = new TopSorter(by, scan.Collation, _keep);
        while (scan.Next(session))
        {
            sorter.Add(scan);
        }

        return new Queue<MatchedDocument>(sorter.ToArray());
    }

    private byte[] Project(MatchedDocument matched)
    {
        if (projection is null)
        {
            return matched.Bytes;
        }

        var projected = projection.Apply(matched.Decode());
        projected.Remove(MatchedDocument.ScoreField);
        return BsonBytes.EncodeResult(projected);
    }
}

/// <summary>The result of an aggregation over a collection.</summary>
internal sealed class PipelineSource(MatchScan? scan, Pipeline pipeline) : DocumentSource
{
    private IEnumerator<BsonDocument>? _results;
    private Session? _session;
    private bool _inputEnded;

    public override byte[]? Next(Session session)
    {
        // Stages that need all of their input read it here.
        _session = session;
        _results ??= pipeline.Run(Input()).GetEnumerator();
        return _results.MoveNext() ? BsonBytes.EncodeResult(_results.Current) : null;
    }

    public override void Detach()
    {
        scan?.Detach();
        _session = null;
    }

    public override void Attach(Session session)
    {
        if (!_inputEnded)
        {
            scan?.Attach(session);
        }
    }

    public override void Dispose()
    {
        _results?.Dispose();
        scan?.Dispose();
    }

    private IEnumerable<BsonDocument> Input()
    {
        while (scan?.Next(_session!) == true)
        {
            yield return scan.ScoredDocument;
        }

        _inputEnded = true;
    }
}
