using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>The catalog as it is stored. Ids are never used again, so a reader with an older catalog finds no table rather than a wrong one.</summary>
internal static class CatalogTables
{
    private const long Format = 2;

    public static void Prepare(Database db)
    {
        var format = db.Scalar("PRAGMA user_version");
        if (format == 0)
        {
            db.Execute($"""
                BEGIN IMMEDIATE;
                CREATE TABLE meta (version INTEGER NOT NULL, tables TEXT NOT NULL);
                INSERT INTO meta VALUES (1, '{Collation.Tables}');
                CREATE TABLE collections (id INTEGER PRIMARY KEY AUTOINCREMENT, db TEXT NOT NULL, name TEXT NOT NULL, collation BLOB, UNIQUE (db, name));
                CREATE TABLE indexes (id INTEGER PRIMARY KEY AUTOINCREMENT, collection INTEGER NOT NULL, spec BLOB NOT NULL, multikey INTEGER NOT NULL);
                PRAGMA user_version = {Format};
                COMMIT;
                """);
        }
        else if (format == 1)
        {
            db.Execute($"""
                BEGIN IMMEDIATE;
                ALTER TABLE meta ADD COLUMN tables TEXT NOT NULL DEFAULT '{Collation.Tables}';
                ALTER TABLE collections ADD COLUMN collation BLOB;
                PRAGMA user_version = {Format};
                COMMIT;
                """);
        }
        else if (format != Format)
        {
            throw new EmbeddedMongoException($"The data folder was written in format {format}; this version reads format {Format}.");
        }
    }

    public static long Version(Database db) => db.Scalar("SELECT version FROM meta");

    public static Catalog Load(Database db)
    {
        var indexes = new List<IndexInfo>();
        using (var rows = db.Use("SELECT id, collection, spec, multikey FROM indexes ORDER BY id"))
        {
            while (rows.Step())
            {
                var spec = IndexSpec.FromStored(BsonBytes.Decode(rows.Blob(2)));
                indexes.Add(new IndexInfo(rows.Long(0), rows.Long(1), spec, rows.Long(3) != 0));
            }
        }

        var byCollection = indexes.ToLookup(i => i.CollectionId);
        var catalog = Catalog.Empty.Collections.ToBuilder();
        using (var rows = db.Use("SELECT id, db, name, collation FROM collections"))
        {
            while (rows.Step())
            {
                var collection = new CollectionInfo(rows.Long(0), rows.Text(1), rows.Text(2), ReadCollation(rows.Blob(3)), [.. byCollection[rows.Long(0)]]);
                catalog.Add(collection.Namespace, collection);
            }
        }

        return new Catalog(Version(db), catalog.ToImmutable());
    }

    public static CollectionInfo Create(WriteSession session, string database, string name, Collation? collation = null)
    {
        if (session.Catalog.Collections.Values.FirstOrDefault(c => c.Database != database && c.Database.Equals(database, StringComparison.OrdinalIgnoreCase)) is { } other)
        {
            throw new MongoError(13297, "DatabaseDifferCase",
                $"db already exists with different case already have: [{other.Database}] trying to create [{database}]");
        }

        using (var insert = session.Db.Use("INSERT INTO collections (db, name, collation) VALUES (?1, ?2, ?3)"))
        {
            insert.Bind(1, database).Bind(2, name).Bind(3, collation?.Document?.ToBson() ?? []).Step();
        }

        var collection = new CollectionInfo(session.Db.LastRowId, database, name, collation ?? Collation.Simple, []);
        SpareTables.Take(session.Db, 'c', collection.Id, CollectionInfo.Columns);
        Replace(session, session.Catalog.With(collection));
        return collection;
    }

    public static void Drop(WriteSession session, CollectionInfo collection)
    {
        foreach (var index in collection.Indexes)
        {
            session.Db.Execute(index.DropSql);
        }

        session.Db.Execute(collection.DropSql);
        session.Db.Execute($"DELETE FROM indexes WHERE collection = {collection.Id}; DELETE FROM collections WHERE id = {collection.Id}");
        Replace(session, session.Catalog.Without(collection));
    }

    public static IndexInfo AddIndex(WriteSession session, CollectionInfo collection, IndexSpec spec)
    {
        using (var insert = session.Db.Use("INSERT INTO indexes (collection, spec, multikey) VALUES (?1, ?2, 0)"))
        {
            insert.Bind(1, collection.Id).Bind(2, spec.Document.ToBson()).Step();
        }

        var index = new IndexInfo(session.Db.LastRowId, collection.Id, spec, Multikey: false);
        if (index.Columns != IndexInfo.PlainColumns)
        {
            session.Db.Execute($"DROP TABLE IF EXISTS i{index.Id}; CREATE TABLE i{index.Id} {index.Columns}");
        }
        else
        {
            SpareTables.Take(session.Db, 'i', index.Id, IndexInfo.PlainColumns);
        }

        Replace(session, session.Catalog.With(collection with { Indexes = collection.Indexes.Add(index) }));
        return index;
    }

    public static void DropIndex(WriteSession session, CollectionInfo collection, IndexInfo index)
    {
        session.Db.Execute(index.DropSql);
        session.Db.Execute($"DELETE FROM indexes WHERE id = {index.Id}");
        Replace(session, session.Catalog.With(collection with { Indexes = collection.Indexes.Remove(index) }));
    }

    /// <summary>The same index, whose entries stay as they are, under another definition.</summary>
    public static void Redefine(WriteSession session, CollectionInfo collection, IndexInfo index, IndexSpec spec)
    {
        using var update = session.Db.Use("UPDATE indexes SET spec = ?2 WHERE id = ?1");
        update.Bind(1, index.Id).Bind(2, spec.Document.ToBson()).Step();
        Replace(session, session.Catalog.With(collection with { Indexes = collection.Indexes.Replace(index, index with { Spec = spec }) }));
    }

    /// <summary>Once an index holds several keys of one document, plans that rely on one key per document must not be made again.</summary>
    public static void MarkMultikey(WriteSession session, string collectionName, long indexId)
    {
        var collection = session.Catalog.Collections[collectionName];
        var index = collection.Indexes.First(i => i.Id == indexId);
        if (!index.Multikey)
        {
            session.Db.Execute($"UPDATE indexes SET multikey = 1 WHERE id = {indexId}");
            var indexes = collection.Indexes.Replace(index, index with { Multikey = true });
            Replace(session, session.Catalog.With(collection with { Indexes = indexes }));
        }
    }

    private static Collation ReadCollation(ReadOnlySpan<byte> stored) =>
        Collation.FromStored(stored.IsEmpty ? null : BsonBytes.Decode(stored.ToArray()));

    private static void Replace(WriteSession session, Catalog catalog)
    {
        using var update = session.Db.Use("UPDATE meta SET version = ?1");
        update.Bind(1, catalog.Version).Step();
        session.Catalog = catalog;
    }
}
