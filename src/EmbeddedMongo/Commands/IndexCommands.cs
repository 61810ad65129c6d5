using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>createIndexes, listIndexes, dropIndexes.</summary>
internal static class IndexCommands
{
    private static readonly BsonDocument IdIndex = new() { { "v", 2 }, { "key", new BsonDocument("_id", 1) }, { "name", "_id_" } };

    public static readonly Command[] All =
    [
        new("createIndexes", ["indexes", "commitQuorum"], CreateAsync),
        new("listIndexes", ["cursor"], List),
        new("dropIndexes", ["index"], DropAsync),
        new("deleteIndexes", ["index"], DropAsync),
    ];

    private static async ValueTask<BsonDocument?> CreateAsync(Engine engine, CommandContext context)
    {
        var (database, name) = (context.Database, context.Collection);
        var requests = context.Array("indexes") ?? throw new MongoError(40414, "Location40414", "BSON field 'createIndexes.indexes' is missing but a required field");
        if (requests.Count == 0)
        {
            throw MongoError.BadValue("Must specify at least one index to create");
        }

        var specs = requests
            .Select(r => r as BsonDocument ?? throw MongoError.TypeMismatch("The elements of the 'indexes' array must be objects"))
            .Where(r => r.GetValue("key", BsonNull.Value) is not BsonDocument { ElementCount: 1 } key || !key.Contains("_id"))
            .Select(IndexSpec.Parse)
            .ToList();

        return await engine.Store.WriteAsync(session => session.Atomically(() =>
        {
            var existing = session.Catalog.Find(database, name);
            var before = existing?.Indexes.Length ?? 0;
            _ = existing ?? CatalogTables.Create(session, database, name);
            foreach (var spec in specs)
            {
                Add(session, session.Catalog.Find(database, name)!, spec);
            }

            var after = session.Catalog.Find(database, name)!.Indexes.Length;
            var reply = new BsonDocument
            {
                { "numIndexesBefore", before + 1 },
                { "numIndexesAfter", after + 1 },
                { "createdCollectionAutomatically", existing is null },
            };
            return (before == after ? reply.Add("note", "all indexes already exist") : reply).Add("ok", 1.0);
        }));
    }

    private static void Add(WriteSession session, CollectionInfo collection, IndexSpec spec)
    {
        foreach (var existing in collection.Indexes.Select(i => i.Spec))
        {
            if (existing.Name == spec.Name)
            {
                if (existing.HasSameOptionsAs(spec))
                {
                    return;
                }

                throw new MongoError(86, "IndexKeySpecsConflict", "An existing index has the same name as the requested index. "
                    + $"Requested index: {spec.Document.ToJson()}, existing index: {existing.Document.ToJson()}");
            }

            if (existing.Text is not null && spec.Text is not null)
            {
                throw new MongoError(85, "IndexOptionsConflict", $"only one text index per collection allowed, found existing text index \"{existing.Name}\"");
            }

            if (existing.CoversSameAs(spec))
            {
                throw new MongoError(85, "IndexOptionsConflict", $"Index already exists with a different name: {existing.Name}");
            }
        }

        if (collection.Indexes.Length >= 63)
        {
            throw IndexRequest.CannotCreate($"add index fails, too many indexes for {collection.Namespace}");
        }

        DocumentTable.Build(session, collection, CatalogTables.AddIndex(session, collection, spec));
    }

    private static ValueTask<BsonDocument?> List(Engine engine, CommandContext context)
    {
        var (database, name) = (context.Database, context.Collection);
        using var session = engine.Store.Read(context.Count("maxTimeMS"));
        var collection = session.Catalog.Find(database, name) ?? throw NoSuchCollection(context.Namespace);
        var source = DocumentSource.Of(collection.Indexes.Select(i => i.Spec.Document).Prepend(IdIndex));
        var batchSize = context.Document("cursor")?.GetValue("batchSize", BsonNull.Value) is { IsNumeric: true } size ? size.ToInt64() : (long?)null;
        CursorReply.WriteFirst(engine, context, session, context.Namespace, source, batchSize, singleBatch: false);
        return default;
    }

    private static async ValueTask<BsonDocument?> DropAsync(Engine engine, CommandContext context)
    {
        var (database, name) = (context.Database, context.Collection);
        var wanted = context.Body.GetValue("index", BsonNull.Value);
        return await engine.Store.WriteAsync(session => session.Atomically(() =>
        {
            var collection = session.Catalog.Find(database, name) ?? throw NoSuchCollection($"{database}.{name}");
            foreach (var index in Select(collection, wanted))
            {
                CatalogTables.DropIndex(session, session.Catalog.Find(database, name)!, index);
            }

            return new BsonDocument { { "nIndexesWas", collection.Indexes.Length + 1 }, { "ok", 1.0 } };
        }));
    }

    private static List<IndexInfo> Select(CollectionInfo collection, BsonValue wanted) => wanted switch
    {
        BsonString { Value: "*" } => [.. collection.Indexes],
        BsonString text => [ByName(collection, text.Value)],
        BsonArray names => [.. names.Select(n => ByName(collection, n.IsString ? n.AsString : throw MongoError.TypeMismatch("index names must be strings")))],
        BsonDocument key when key.Equals(IdIndex["key"]) => throw NotId(),
        BsonDocument key => [collection.Indexes.FirstOrDefault(i => i.KeyPattern.Equals(key))
            ?? throw new MongoError(27, "IndexNotFound", $"can't find index with key: {key.ToJson()}")],
        _ => throw MongoError.TypeMismatch("BSON field 'dropIndexes.index' must be a name, a list of names or a key"),
    };

    private static IndexInfo ByName(CollectionInfo collection, string name) => name == "_id_"
        ? throw NotId()
        : collection.Indexes.FirstOrDefault(i => i.Spec.Name == name)
            ?? throw new MongoError(27, "IndexNotFound", $"index not found with name [{name}]");

    private static MongoError NotId() => new(72, "InvalidOptions", "cannot drop _id index");

    private static MongoError NoSuchCollection(string ns) => new(26, "NamespaceNotFound", $"ns does not exist: {ns}");
}
