using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>Timestamps that never repeat. An empty one at a document's top level asks for one.</summary>
internal static class ServerTimestamp
{
    private static long _last;

    public static BsonTimestamp Next()
    {
        while (true)
        {
            var last = Volatile.Read(ref _last);
            var next = Math.Max(last + 1, (DateTimeOffset.UtcNow.ToUnixTimeSeconds() << 32) + 1);

            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return new(next);
            }
        }
    }

    /// <summary>Fills in the empty timestamps of a document that is stored whole; tells whether there were any.</summary>
    public static bool FillIn(BsonDocument document)
    {
        var any = false;

        for (var i = 0; i < document.ElementCount; i++)
        {
            if (document[i] is BsonTimestamp { Value: 0 } && document.GetElement(i).Name != "_id")
            {
                document[i] = Next();
                any = true;
            }
        }

        return any;
    }
}
