using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>What a cursor reads from, document by document; each batch brings a session of its own.</summary>
internal abstract class DocumentSource : IDisposable
{
    /// <summary>The size of the documents it keeps in memory for later batches.</summary>
    public virtual long HeldBytes => 0;

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
internal sealed class FindSource(SortedScan scan, Projection? projection) : DocumentSource
{
    public override long HeldBytes => scan.HeldBytes;

    public override byte[]? Next(Session session) => scan.Next(session) is { } matched ? Project(matched) : null;

    public override void Detach() => scan.Detach();

    public override void Attach(Session session) => scan.Attach(session);

    public override void Dispose() => scan.Dispose();

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
internal sealed class PipelineSource(SortedScan scan, Pipeline pipeline, LookupDatabase database) : DocumentSource
{
    private IEnumerator<BsonDocument>? _results;

    public override long HeldBytes => scan.HeldBytes;

    public override byte[]? Next(Session session)
    {
        // Stages that need all of their input read it here.
        database.Session = session;
        _results ??= pipeline.Run(Input()).GetEnumerator();
        return _results.MoveNext() ? BsonBytes.EncodeResult(_results.Current) : null;
    }

    public override void Detach()
    {
        scan.Detach();
        database.Session = null;
    }

    public override void Attach(Session session)
    {
        if (!scan.HasEnded)
        {
            scan.Attach(session);
        }
    }

    public override void Dispose()
    {
        _results?.Dispose();
        scan.Dispose();
    }

    private IEnumerable<BsonDocument> Input()
    {
        while (scan.NextDocument(database.Session!, pipeline.Fields) is { } document)
        {
            yield return document;
        }
    }
}
