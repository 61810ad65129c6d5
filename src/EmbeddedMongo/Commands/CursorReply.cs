using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>Writes a cursor's batches into replies, document by document, and keeps or closes the cursor.</summary>
internal static class CursorReply
{
    private const int DefaultFirstBatch = 101;

    /// <summary>Answers the command that opens the cursor.</summary>
    public static void WriteFirst(Engine engine, CommandContext context, Session session, string ns, DocumentSource source, long? batchSize, bool singleBatch)
    {
        var cursor = new Cursor(ns, source) { Session = context.SessionId };
        var stays = false;
        try
        {
            stays = Write(context.Reply, "firstBatch", session, cursor, batchSize ?? DefaultFirstBatch, more =>
                more && !singleBatch ? engine.Cursors.Keep(cursor) : 0);
        }
        finally
        {
            if (!stays)
            {
                source.Dispose();
            }
        }
    }

    /// <summary>Answers getMore.</summary>
    public static void WriteNext(Engine engine, CommandContext context, Session session, long id, string ns, long? batchSize)
    {
        var cursor = engine.Cursors.Use(id, ns, context.SessionId);
        var stays = false;
        try
        {
            session.Deadline = cursor.TimeLeft is { } left ? Environment.TickCount64 + left : long.MaxValue;
            cursor.Source.Attach(session);
            var most = batchSize is null or 0 ? long.MaxValue : batchSize.Value;
            stays = Write(context.Reply, "nextBatch", session, cursor, most, more => more ? id : 0);
        }
        finally
        {
            engine.Cursors.GiveBack(id, cursor, stays);
        }
    }

    private static bool Write(ReplyBuffer reply, string batch, Session session, Cursor cursor, long batchSize, Func<bool, long> idOf)
    {
        try
        {
            var body = reply.OpenDocument();
            var inner = reply.OpenDocument("cursor");
            var documents = reply.OpenDocument(batch, BsonType.Array);
            var hasMore = session.Watched(() => WriteDocuments(reply, session, cursor, batchSize));
            reply.Close(documents);
            cursor.Source.Detach();

            cursor.TimeLeft = session.Deadline == long.MaxValue ? null : Math.Max(0, session.Deadline - Environment.TickCount64);

            // Only now may another request find the cursor: until here its source was being read.
            var id = idOf(hasMore);
            reply.Write("id", id);
            reply.Write("ns", cursor.Namespace);
            reply.Close(inner);
            reply.Write("ok", 1.0);
            reply.Close(body);
            return id != 0;
        }
        catch
        {
            cursor.Source.Detach();
            throw;
        }
    }

    // Looks one document ahead, so that a client is not sent for a batch that would be empty.
    private static bool WriteDocuments(ReplyBuffer reply, Session session, Cursor cursor, long batchSize)
    {
        if (batchSize == 0)
        {
            return true;
        }

        var start = reply.Length;
        for (var count = 0; (cursor.Pending ?? cursor.Source.Next(session)) is { } document; count++)
        {
            cursor.Pending = document;
            if (count == batchSize || (count > 0 && reply.Length - start + document.Length > BsonBytes.MaxDocumentSize))
            {
                return true;
            }

            reply.WriteElement(count, document);
            cursor.Pending = null;
        }

        return false;
    }
}
