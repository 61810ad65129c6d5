using Microsoft.Data.Sqlite;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>Writes documents together with their index entries: all of it or nothing.</summary>
internal static class DocumentTable
{
    public static void Insert(WriteSession session, NewDocument document, string database, string name)
    {
        var collection = session.Catalog.Find(database, name) ?? CatalogTables.Create(session, database, name);
        var entries = document.EntriesFor(collection);
        AllOrNothing(session, collection, () =>
        {
            var rid = InsertRow(session, collection, document);
            for (var i = 0; i < entries.Length; i++)
            {
                Add(session, collection, collection.Indexes[i], entries[i], rid);
            }
        });
    }

    public static void Update(WriteSession session, CollectionInfo collection, long rid, BsonDocument before, BsonDocument after, byte[] bytes)
    {
        var changes = collection.Indexes.Select(i => IndexEntries.Change(IndexEntries.Of(i.Spec, before), IndexEntries.Of(i.Spec, after))).ToList();
        AllOrNothing(session, collection, () =>
        {
            using (var update = session.Db.Use(collection.UpdateSql))
            {
                update.Bind(1, rid).Bind(2, bytes).Step();
            }

            for (var i = 0; i < changes.Count; i++)
            {
                Remove(session, collection.Indexes[i], changes[i].Gone, rid);
                Add(session, collection, collection.Indexes[i], changes[i].Come, rid);
            }
        });
    }

    public static void Delete(WriteSession session, CollectionInfo collection, long rid, BsonDocument document)
    {
        var entries = collection.Indexes.Select(i => IndexEntries.Of(i.Spec, document)).ToList();
        for (var i = 0; i < entries.Count; i++)
        {
            Remove(session, collection.Indexes[i], entries[i], rid);
        }

        using var delete = session.Db.Use(collection.DeleteSql).Bind(1, rid);
        delete.Step();
    }

    /// <summary>Fills a new index from what the collection holds.</summary>
    public static void Build(WriteSession session, CollectionInfo collection, IndexInfo index)
    {
        using var rows = session.Db.Use(collection.NaturalScan.Forward).Bind(2, 0);
        while (rows.Step())
        {
            session.CheckDeadline();
            var document = BsonBytes.Decode(rows.Blob(2));
            Add(session, collection, index, IndexEntries.Of(index.Spec, document), rows.Long(1));
        }
    }

    // A savepoint makes SQLite copy every page it then changes. Only a unique index can refuse a document of which something is
    // written already; when the store itself fails, the writer takes back the whole transaction.
    private static void AllOrNothing(WriteSession session, CollectionInfo collection, Action write)
    {
        if (collection.Indexes.Any(i => i.Spec.Unique))
        {
            session.Atomically(() =>
            {
                write();
                return true;
            });
        }
        else
        {
            write();
        }
    }

    private static long InsertRow(WriteSession session, CollectionInfo collection, NewDocument document)
    {
        try
        {
            using var insert = session.Db.Use(collection.InsertSql);
            insert.Bind(1, document.IdKey(collection.Collation)).Bind(2, document.Bytes.Span).Step();
        }
        catch (SqliteException error) when (Database.IsUniqueViolation(error))
        {
            throw DuplicateKey.Error(collection, "_id_", new BsonDocument("_id", 1), collection.Collation, [document.Id]);
        }

        return session.Db.LastRowId;
    }

    private static void Add(WriteSession session, CollectionInfo collection, IndexInfo index, IndexEntries entries, long rid)
    {
        if (entries.IsMultikey && !index.Multikey)
        {
            CatalogTables.MarkMultikey(session, collection.Namespace, index.Id);
        }

        foreach (var (term, score) in entries.Terms)
        {
            using var insert = session.Db.Use(index.InsertTermSql);
            insert.Bind(1, term).Bind(2, rid).Bind(3, score).Step();
        }

        foreach (var key in entries.Keys)
        {
            try
            {
                using var insert = session.Db.Use(index.InsertSql);
                insert.Bind(1, key.Bytes).Bind(2, rid).Step();
            }
            catch (SqliteException error) when (index.Spec.Unique && Database.IsUniqueViolation(error))
            {
                throw DuplicateKey.Error(collection, index.Spec.Name, index.Spec.Key, index.Spec.Collation, key.Values);
            }
        }
    }

    private static void Remove(WriteSession session, IndexInfo index, IndexEntries entries, long rid)
    {
        foreach (var (term, _) in entries.Terms)
        {
            using var delete = session.Db.Use(index.DeleteTermSql).Bind(1, term).Bind(2, rid);
            delete.Step();
        }

        foreach (var key in entries.Keys)
        {
            using var delete = session.Db.Use(index.DeleteSql).Bind(1, key.Bytes).Bind(2, rid);
            delete.Step();
        }
    }
}
