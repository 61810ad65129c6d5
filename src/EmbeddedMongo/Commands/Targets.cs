using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>The records a write is about. They are all found before the first one changes, so that none is met twice.</summary>
internal static class Targets
{
    public static List<long> Find(WriteSession session, string database, string name, CompiledFilter filter, BsonDocument? sort, bool multi)
    {
        var found = new List<long>();
        using var scan = MatchScan.Open(session, database, name, filter, sort, limited: !multi);
        if (sort is not null && scan is { IsSorted: false })
        {
            return First(session, scan, sort) is { } first ? [first] : [];
        }

        while (scan?.Next(session) == true)
        {
            found.Add(scan.Rid);
            if (!multi)
            {
                break;
            }
        }

        return found;
    }

    public static byte[] Read(Session session, CollectionInfo collection, long rid)
    {
        using var row = session.Db.Use(collection.ByRidSql).Bind(1, rid);
        row.Step();
        return row.Blob(0).ToArray();
    }

    private static long? First(Session session, MatchScan scan, BsonDocument sort)
    {
        var order = Query.SortSpec.Parse(sort, scan.Collation);
        var fields = new FieldSet(sort.Names);
        (BsonValue[] Key, long Rid)? best = null;
        while (scan.Next(session))
        {
            var key = order.Key(scan.Part(fields));
            if (best is null || order.CompareKeys(key, best.Value.Key) < 0)
            {
                best = (key, scan.Rid);
            }
        }

        return best?.Rid;
    }
}
