using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>The records a write is about. They are all found before the first one changes, so that none is met twice.</summary>
internal static class Targets
{
    public static List<long> Find(WriteSession session, string database, string name, CompiledFilter filter, bool multi)
    {
        var found = new List<long>();
        using var scan = MatchScan.Open(session, database, name, filter, sort: null, limited: !multi);
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

    /// <summary>The first in an order, with its score where text is searched for.</summary>
    public static (long Rid, double? Score)? First(WriteSession session, string database, string name, CompiledFilter filter, BsonDocument? sort)
    {
        using var scan = MatchScan.Open(session, database, name, filter, sort, limited: true);
        return scan is null ? null
            : sort is not null && !scan.IsSorted ? First(session, scan, sort)
            : scan.Next(session) ? (scan.Rid, scan.TextScore)
            : null;
    }

    public static byte[] Read(Session session, CollectionInfo collection, long rid)
    {
        using var row = session.Db.Use(collection.ByRidSql).Bind(1, rid);
        row.Step();
        return row.Blob(0).ToArray();
    }

    private static (long Rid, double? Score)? First(Session session, MatchScan scan, BsonDocument sort)
    {
        var order = Query.SortSpec.Parse(sort, scan.Collation);
        var fields = new FieldSet(sort.Names);
        (BsonValue[] Key, long Rid, double? Score)? best = null;
        while (scan.Next(session))
        {
            var key = order.Key(scan.Part(fields));
            if (best is null || order.CompareKeys(key, best.Value.Key) < 0)
            {
                best = (key, scan.Rid, scan.TextScore);
            }
        }

        return best is { } first ? (first.Rid, first.Score) : null;
    }
}
