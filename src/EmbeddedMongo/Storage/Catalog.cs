using System.Collections.Immutable;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>All collections and indexes as of one version; never changed, only replaced.</summary>
internal sealed record Catalog(long Version, ImmutableSortedDictionary<string, CollectionInfo> Collections)
{
    public static readonly Catalog Empty = new(0, ImmutableSortedDictionary.Create<string, CollectionInfo>(StringComparer.Ordinal));

    public CollectionInfo? Find(string database, string collection) => Collections.GetValueOrDefault($"{database}.{collection}");

    public Collation CollationOf(string database, string collection) => Find(database, collection)?.Collation ?? Collation.Simple;

    public IEnumerable<CollectionInfo> Of(string database) => Collections.Values.Where(c => c.Database == database);

    public Catalog With(CollectionInfo collection) =>
        new(Version + 1, Collections.SetItem(collection.Namespace, collection));

    public Catalog Without(CollectionInfo collection) => new(Version + 1, Collections.Remove(collection.Namespace));
}

/// <summary>
/// A collection's table: <c>rid</c> keeps insertion order as MongoDB's record ids do and is what index entries point to,
/// <c>id</c> is the comparable form of <c>_id</c>. Its collation is that of all queries and indexes that do not say another.
/// </summary>
internal sealed record CollectionInfo(long Id, string Database, string Name, Collation Collation, ImmutableArray<IndexInfo> Indexes)
{
    public const string Columns = "(rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, doc BLOB NOT NULL)";

    public string Namespace { get; } = $"{Database}.{Name}";

    /// <summary>The index that there always is, as listIndexes shows it.</summary>
    public BsonDocument IdIndex
    {
        get
        {
            var index = new BsonDocument { { "v", 2 }, { "key", new BsonDocument("_id", 1) }, { "name", "_id_" } };
            return Collation.Document is { } collation ? index.Add("collation", collation) : index;
        }
    }

    public string InsertSql { get; } = $"INSERT INTO c{Id} (id, doc) VALUES (?1, ?2)";

    public string UpdateSql { get; } = $"UPDATE c{Id} SET doc = ?2 WHERE rid = ?1";

    public string DeleteSql { get; } = $"DELETE FROM c{Id} WHERE rid = ?1";

    public string ByIdSql { get; } = $"SELECT doc FROM c{Id} WHERE id = ?1";

    public string ByRidSql { get; } = $"SELECT doc FROM c{Id} WHERE rid = ?1";

    public string CountSql { get; } = $"SELECT count(*) FROM c{Id}";

    public string DropSql { get; } = $"DROP TABLE c{Id}";

    public IndexScanSql IdScan { get; } = new(
        $"SELECT id, rid, doc FROM c{Id} WHERE (id, rid) > (?1, ?2) AND id < ?3 ORDER BY id, rid",
        $"SELECT id, rid, doc FROM c{Id} WHERE (id, rid) < (?3, ?2) AND id >= ?1 ORDER BY id DESC, rid DESC",
        $"SELECT count(*) FROM (SELECT 1 FROM c{Id} WHERE id >= ?1 AND id < ?2 LIMIT ?3)");

    public IndexScanSql NaturalScan { get; } = new(
        $"SELECT NULL, rid, doc FROM c{Id} WHERE rid > ?2 ORDER BY rid",
        $"SELECT NULL, rid, doc FROM c{Id} WHERE rid < ?2 ORDER BY rid DESC",
        "");
}

/// <summary>An index's table: its key in comparable form and the record it leads to.</summary>
internal sealed record IndexInfo(long Id, long CollectionId, IndexSpec Spec, bool Multikey)
{
    public const string PlainColumns = "(key BLOB NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (key, rid)) WITHOUT ROWID";
    private const string UniqueColumns = "(key BLOB PRIMARY KEY, rid INTEGER NOT NULL) WITHOUT ROWID";
    private const string TextColumns = "(term TEXT NOT NULL, rid INTEGER NOT NULL, score REAL NOT NULL, PRIMARY KEY (term, rid)) WITHOUT ROWID";

    public string Columns => Spec.Text is not null ? TextColumns : Spec.Unique ? UniqueColumns : PlainColumns;

    public string InsertSql { get; } = $"INSERT INTO i{Id} (key, rid) VALUES (?1, ?2)";

    public string DeleteSql { get; } = $"DELETE FROM i{Id} WHERE key = ?1 AND rid = ?2";

    public string InsertTermSql { get; } = $"INSERT INTO i{Id} (term, rid, score) VALUES (?1, ?2, ?3)";

    public string DeleteTermSql { get; } = $"DELETE FROM i{Id} WHERE term = ?1 AND rid = ?2";

    public string TermSql { get; } = $"SELECT rid, score FROM i{Id} WHERE term = ?1";

    public string DropSql { get; } = $"DROP TABLE i{Id}";

    // CROSS JOIN fixes the order: the index leads, the collection follows.
    public IndexScanSql Scan { get; } = new(
        $"SELECT i.key, i.rid, c.doc FROM i{Id} i CROSS JOIN c{CollectionId} c ON c.rid = i.rid WHERE (i.key, i.rid) > (?1, ?2) AND i.key < ?3 ORDER BY i.key, i.rid",
        $"SELECT i.key, i.rid, c.doc FROM i{Id} i CROSS JOIN c{CollectionId} c ON c.rid = i.rid WHERE (i.key, i.rid) < (?3, ?2) AND i.key >= ?1 ORDER BY i.key DESC, i.rid DESC",
        $"SELECT count(*) FROM (SELECT 1 FROM i{Id} WHERE key >= ?1 AND key < ?2 LIMIT ?3)");

    public BsonDocument KeyPattern => Spec.Key;
}

/// <summary>The same range read upwards and downwards, resumable after a row, and counted up to a limit.</summary>
internal sealed record IndexScanSql(string Forward, string Backward, string CountUpTo);
