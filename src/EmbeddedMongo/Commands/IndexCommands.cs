using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>createIndexes, listIndexes, dropIndexes.</summary>
internal static class IndexCommands
{
    private const int MaxIndexes = 64;

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
        var requests = context.Array("indexes") ?? throw FieldTypes.Missing("createIndexes", "indexes");
        if (requests.Count == 0)
        {
            throw MongoError.BadValue("Must specify at least one index to create");
        }

        if (context.Has("commitQuorum"))
        {
            throw MongoError.BadValue("Standalones can't specify commitQuorum");
        }

        return await context.WriteAsync(engine, session => session.Atomically(() =>
        {
            var existing = session.Catalog.Find(database, name);
            var before = existing?.Indexes.Length ?? 0;
            var inherited = existing?.Collation ?? Collation.Simple;
            var specs = requests
                .Select(r => r as BsonDocument ?? throw MongoError.TypeMismatch("The elements of the 'indexes' array must be objects"))
                .Where(r => !IndexRequest.IsForId(r, inherited))
                .Select(r => IndexSpec.Parse(r, inherited))
                .ToList();
            _ = existing ?? CatalogTables.Create(session, database, name);
            foreach (var spec in specs)
            {
                Add(session, session.Catalog.Find(database, name)!, spec);
            }

            var after = session.Catalog.Find(database, name)!.Indexes.Length;
            var reply = new BsonDocument { { "numIndexesBefore", before + 1 }, { "numIndexesAfter", after + 1 } };
            if (existing is null || before != after)
            {
                reply.Add("createdCollectionAutomatically", existing is null);
            }

            if (after < before + requests.Count)
            {
                reply.Add("note", before == after ? "all indexes already exist" : "index already exists");
            }

            return reply.Add("ok", 1.0);
        }));
    }

    private static void Add(WriteSession session, CollectionInfo collection, IndexSpec spec)
    {
        if (!IsThere(collection, spec))
        {
            if (collection.Indexes.Length >= MaxIndexes - 1)
            {
                throw IndexRequest.CannotCreate($"add index fails, too many indexes for {collection.Namespace} key:{Failure.Show(spec.Key)}");
            }

            DocumentTable.Build(session, collection, CatalogTables.AddIndex(session, collection, spec));
        }
    }

    private static bool IsThere(CollectionInfo collection, IndexSpec spec)
    {
        var specs = collection.Indexes.Select(i => i.Spec).ToList();
        if (specs.Find(s => s.Name == spec.Name) is { } named)
        {
            return named.IsSameAs(spec) ? true
                : !named.HasSameSignatureAs(spec) ? throw new MongoError(86, "IndexKeySpecsConflict", "An existing index has the same name as the requested index. "
                    + $"When index names are not specified, they are auto generated and can cause conflicts. {Both(spec, named)}")
                : throw new MongoError(85, "IndexOptionsConflict", $"An equivalent index already exists with the same name but different options. {Both(spec, named)}");
        }

        if (specs.Find(s => s.HasSameSignatureAs(spec)) is { } equivalent)
        {
            throw new MongoError(85, "IndexOptionsConflict", equivalent.IsSameAs(spec)
                ? $"Index already exists with a different name: {equivalent.Name}"
                : $"An equivalent index already exists with a different name and options. {Both(spec, equivalent)}");
        }

        return spec.Text is not null && specs.Find(s => s.Text is not null) is { } text
            ? throw IndexRequest.CannotCreate($"only one text index per collection allowed, found existing text index \"{text.Name}\"")
            : false;
    }

    private static string Both(IndexSpec requested, IndexSpec existing) =>
        $"Requested index: {Failure.Show(requested.Document)}, existing index: {Failure.Show(existing.Document)}";

    private static ValueTask<BsonDocument?> List(Engine engine, CommandContext context)
    {
        var (database, name) = (context.Database, context.Collection);
        using var session = context.Read(engine);
        var collection = session.Catalog.Find(database, name) ?? throw NoSuchCollection(context.Namespace);
        var source = DocumentSource.Of(collection.Indexes.Select(i => i.Spec.Document).Prepend(collection.IdIndex));
        var batchSize = context.CursorBatchSize();
        CursorReply.WriteFirst(engine, context, session, context.Namespace, source, batchSize, singleBatch: false);
        return default;
    }

    private static async ValueTask<BsonDocument?> DropAsync(Engine engine, CommandContext context)
    {
        var (database, name) = (context.Database, context.Collection);
        var wanted = context.Body.GetValue("index", BsonNull.Value);
        return await context.WriteAsync(engine, session => session.Atomically(() =>
        {
            var collection = session.Catalog.Find(database, name) ?? throw NoSuchCollection($"{database}.{name}");
            foreach (var index in Select(collection, wanted).Distinct())
            {
                CatalogTables.DropIndex(session, session.Catalog.Find(database, name)!, index);
            }

            var reply = new BsonDocument("nIndexesWas", collection.Indexes.Length + 1);
            return (wanted == "*" ? reply.Add("msg", "non-_id indexes dropped for collection") : reply).Add("ok", 1.0);
        }));
    }

    private static List<IndexInfo> Select(CollectionInfo collection, BsonValue wanted) => wanted switch
    {
        BsonString { Value: "*" } => [.. collection.Indexes],
        BsonString name => [ByName(collection, name.Value)],
        BsonArray names => [.. names.Select(n => ByName(collection, (n as BsonString)?.Value ?? throw Wrong(n)))],
        BsonDocument key => [ByKey(collection, key)],
        BsonNull => throw new MongoError(40414, "Location40414", "BSON field 'dropIndexes.index' is missing but a required field"),
        _ => throw Wrong(wanted),
    };

    private static IndexInfo ByName(CollectionInfo collection, string name) => name == "_id_"
        ? throw NotId()
        : collection.Indexes.FirstOrDefault(i => i.Spec.Name == name) ?? throw NotFound($"index not found with name [{name}]");

    private static IndexInfo ByKey(CollectionInfo collection, BsonDocument key)
    {
        var found = collection.Indexes.Where(i => BsonOrder.Compare(i.KeyPattern, key) == 0).ToList();
        return BsonOrder.Compare(key, collection.IdIndex["key"]) == 0 ? throw NotId()
            : found.Count > 1 ? throw new MongoError(181, "AmbiguousIndexKeyPattern", $"{found.Count} indexes found for key: {Failure.Show(key)}, identify by name instead.")
            : found.Count == 1 ? found[0]
            : throw NotFound($"can't find index with key: {Failure.Show(key)}");
    }

    private static MongoError Wrong(BsonValue value) => MongoError.TypeMismatch(
        $"BSON field 'dropIndexes.index' is the wrong type '{Failure.TypeName(value)}', expected types '[string, object]'");

    private static MongoError NotId() => new(72, "InvalidOptions", "cannot drop _id index");

    private static MongoError NotFound(string message) => new(27, "IndexNotFound", message);

    private static MongoError NoSuchCollection(string ns) => new(26, "NamespaceNotFound", $"ns does not exist: {ns}");
}
