using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>Making, dropping and listing collections and databases.</summary>
internal static class CollectionCommands
{
    public static readonly Command[] All =
    [
        new("create", ["idIndex", "collation"], CreateAsync)
        {
            Unsupported =
            [
                "capped", "size", "max", "validator", "validationLevel", "validationAction", "viewOn", "pipeline", "timeseries", "expireAfterSeconds",
                "clusteredIndex", "changeStreamPreAndPostImages", "storageEngine", "indexOptionDefaults", "autoIndexId", "encryptedFields", "flags",
            ],
        },
        new("drop", [], DropAsync),
        new("dropDatabase", [], DropDatabaseAsync),
        new("listCollections", ["filter", "nameOnly", "authorizedCollections", "cursor"], ListCollections),
        new("listDatabases", ["filter", "nameOnly", "authorizedDatabases"], ListDatabases),
    ];

    private static async ValueTask<BsonDocument?> CreateAsync(Engine engine, CommandContext context)
    {
        var (database, name) = (context.Database, context.Collection);
        var collation = context.Document("collation") is { } given ? Collation.Parse(given) : Collation.Simple;
        if (context.Document("idIndex") is { } idIndex && !IndexRequest.IsForId(idIndex, collation))
        {
            throw MongoError.BadValue($"The field 'key' for an _id index must be {{_id: 1}}, but got {idIndex.GetValue("key", BsonNull.Value)}");
        }

        return await context.WriteAsync(engine, session => session.Atomically(() =>
        {
            // What is there already with the same options is as good as made.
            var collection = session.Catalog.Find(database, name) ?? CatalogTables.Create(session, database, name, collation);
            if (!Equals(collection.Collation.Document, collation.Document))
            {
                throw new MongoError(48, "NamespaceExists", $"namespace {database}.{name} already exists, but with different options");
            }

            return new BsonDocument("ok", 1.0);
        }));
    }

    private static async ValueTask<BsonDocument?> DropAsync(Engine engine, CommandContext context)
    {
        var (database, name) = (context.Database, context.Collection);
        return await context.WriteAsync(engine, session => session.Atomically(() =>
        {
            if (session.Catalog.Find(database, name) is not { } collection)
            {
                return new BsonDocument("ok", 1.0);
            }

            CatalogTables.Drop(session, collection);
            return new BsonDocument { { "nIndexesWas", collection.Indexes.Length + 1 }, { "ns", collection.Namespace }, { "ok", 1.0 } };
        }));
    }

    private static async ValueTask<BsonDocument?> DropDatabaseAsync(Engine engine, CommandContext context)
    {
        var database = context.Database;
        return await context.WriteAsync(engine, session => session.Atomically(() =>
        {
            var collections = session.Catalog.Of(database).ToList();
            collections.ForEach(c => CatalogTables.Drop(session, c));
            return collections.Count == 0
                ? new BsonDocument("ok", 1.0)
                : new BsonDocument { { "dropped", database }, { "ok", 1.0 } };
        }));
    }

    private static ValueTask<BsonDocument?> ListCollections(Engine engine, CommandContext context)
    {
        var filter = CompiledFilter.Parse(context.Document("filter") ?? [], CommandContext.ContextOf(engine));
        var nameOnly = context.Flag("nameOnly");
        using var session = context.Read(engine);
        var collections = session.Catalog.Of(context.Database).Select(c => Describe(c, nameOnly)).Where(d => filter.Matcher?.Matches(d) != false);
        var batchSize = context.CursorBatchSize();
        var source = DocumentSource.Of(collections);
        CursorReply.WriteFirst(engine, context, session, $"{context.Database}.$cmd.listCollections", source, batchSize, singleBatch: false);
        return default;
    }

    private static BsonDocument Describe(CollectionInfo collection, bool nameOnly)
    {
        var name = new BsonDocument { { "name", collection.Name }, { "type", "collection" } };
        return nameOnly ? name : name.AddRange(new BsonDocument
        {
            { "options", collection.Collation.Document is { } collation ? new BsonDocument("collation", collation) : [] },
            { "info", new BsonDocument("readOnly", false) },
            { "idIndex", collection.IdIndex },
        });
    }

    private static ValueTask<BsonDocument?> ListDatabases(Engine engine, CommandContext context)
    {
        if (context.Database != "admin")
        {
            throw new MongoError(13, "Unauthorized", "listDatabases may only be run against the admin database.");
        }

        var filter = CompiledFilter.Parse(context.Document("filter") ?? [], CommandContext.ContextOf(engine));
        var nameOnly = context.Flag("nameOnly");
        using var session = context.Read(engine);
        var databases = session.Catalog.Collections.Values.Select(c => c.Database).Distinct().Order(StringComparer.Ordinal)
            .Select(name => nameOnly
                ? new BsonDocument("name", name)
                : new BsonDocument { { "name", name }, { "sizeOnDisk", Sizes.OfDatabase(session, name) }, { "empty", false } })
            .Where(d => filter.Matcher?.Matches(d) != false)
            .ToList();
        var reply = new BsonDocument("databases", new BsonArray(databases));
        if (!nameOnly)
        {
            var total = databases.Sum(d => d["sizeOnDisk"].AsInt64);
            reply.Add("totalSize", total).Add("totalSizeMb", total / (1024 * 1024));
        }

        return new(reply.Add("ok", 1.0));
    }
}
