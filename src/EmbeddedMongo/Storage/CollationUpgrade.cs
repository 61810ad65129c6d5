using Microsoft.Data.Sqlite;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>Makes the keys of strings anew where other collation tables made the stored ones, as after an update of the system.</summary>
internal static class CollationUpgrade
{
    public static void Run(Database db, Catalog catalog)
    {
        if (IsCurrent(db))
        {
            return;
        }

        db.Run("BEGIN IMMEDIATE");
        try
        {
            var session = new WriteSession(db, catalog);
            foreach (var collection in catalog.Collections.Values)
            {
                Renew(session, collection);
            }

            db.Execute($"UPDATE meta SET tables = '{Collation.Tables}'");
            db.Run("COMMIT");
        }
        catch (Exception error) when (error is MongoError or SqliteException)
        {
            db.Run("ROLLBACK");
            throw new EmbeddedMongoException($"The data folder holds what the collation tables of this system cannot order: {error.Message}", error);
        }
    }

    private static bool IsCurrent(Database db)
    {
        using var rows = db.Use("SELECT tables FROM meta");
        return rows.Step() && rows.Text(0) == Collation.Tables;
    }

    private static void Renew(WriteSession session, CollectionInfo collection)
    {
        if (!collection.Collation.IsSimple)
        {
            RenewIds(session, collection);
        }

        foreach (var index in collection.Indexes.Where(i => !i.Spec.Collation.IsSimple))
        {
            session.Db.Execute($"DELETE FROM i{index.Id}");
            DocumentTable.Build(session, collection, index);
        }
    }

    private static void RenewIds(WriteSession session, CollectionInfo collection)
    {
        var ids = new List<(long Rid, BsonValue Id)>();
        using (var rows = session.Db.Use(collection.NaturalScan.Forward).Bind(2, 0))
        {
            while (rows.Step())
            {
                ids.Add((rows.Long(1), BsonBytes.Decode(rows.Blob(2).ToArray())["_id"]));
            }
        }

        // Out of the way first: an old key of one document may be the new one of another.
        session.Db.Execute($"UPDATE c{collection.Id} SET id = CAST('x' || rid AS BLOB)");
        foreach (var (rid, id) in ids)
        {
            using var update = session.Db.Use($"UPDATE c{collection.Id} SET id = ?2 WHERE rid = ?1");
            update.Bind(1, rid).Bind(2, KeyWriter.Encode(id, collection.Collation)).Step();
        }
    }
}
