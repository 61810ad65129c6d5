using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>collMod, as far as it is about when an index lets documents expire and whether queries see it.</summary>
internal static class CollModCommand
{
    public static readonly Command[] All =
    [
        new("collMod", ["index"], RunAsync)
        {
            Unsupported =
            [
                "validator", "validationLevel", "validationAction", "viewOn", "pipeline", "expireAfterSeconds", "timeseries", "changeStreamPreAndPostImages",
                "cappedSize", "cappedMax", "recordPreImages", "dryRun", "clusteredIndex",
            ],
        },
    ];

    private static async ValueTask<BsonDocument?> RunAsync(Engine engine, CommandContext context)
    {
        var (database, name) = (context.Database, context.Collection);
        var request = context.Document("index");
        if (request is not null)
        {
            Check(request);
        }

        return await context.WriteAsync(engine, session => session.Atomically(() =>
        {
            var collection = session.Catalog.Find(database, name)
                ?? throw new MongoError(26, "NamespaceNotFound", $"ns does not exist: {database}.{name}");
            return (request is null ? [] : Change(session, collection, request)).Add("ok", 1.0);
        }));
    }

    private static void Check(BsonDocument request)
    {
        if (request.Names.FirstOrDefault(n => n is not ("name" or "keyPattern" or "expireAfterSeconds" or "hidden")) is { } other)
        {
            throw other is "unique" or "prepareUnique"
                ? MongoError.NotSupported($"The field 'collMod.index.{other}' is not supported by this server")
                : new MongoError(40415, "Location40415", $"BSON field 'collMod.index.{other}' is an unknown field.");
        }

        CheckType(request, "name", v => v.IsString, "string");
        CheckType(request, "keyPattern", v => v.IsBsonDocument, "object");
        CheckType(request, "expireAfterSeconds", v => v.IsNumeric, "[long, int, decimal, double]");
        CheckType(request, "hidden", v => v.IsBoolean || v.IsNumeric, "[bool, long, int, decimal, double]");
        if (request.Contains("name") == request.Contains("keyPattern"))
        {
            throw Invalid(request.Contains("name") ? "Cannot specify both key pattern and name." : "Must specify either index name or key pattern.");
        }

        if (!request.Contains("expireAfterSeconds") && !request.Contains("hidden"))
        {
            throw Invalid("no expireAfterSeconds, hidden, unique, or prepareUnique field");
        }

        if (request.TryGetValue("expireAfterSeconds", out var seconds) && !Expiry.IsValid(seconds, out var why))
        {
            throw Invalid(why);
        }
    }

    private static void CheckType(BsonDocument request, string name, Func<BsonValue, bool> isRight, string expected)
    {
        if (request.TryGetValue(name, out var value) && !isRight(value))
        {
            throw MongoError.TypeMismatch($"BSON field 'collMod.index.{name}' is the wrong type '{Failure.TypeName(value)}', expected type '{expected}'");
        }
    }

    private static BsonDocument Change(WriteSession session, CollectionInfo collection, BsonDocument request)
    {
        var index = Find(collection, request);
        var reply = new BsonDocument();
        var changed = (BsonDocument)index.Spec.Document.DeepClone();
        if (request.TryGetValue("expireAfterSeconds", out var seconds))
        {
            if (index.KeyPattern.ElementCount != 1)
            {
                throw Invalid("TTL indexes are single-field indexes, compound indexes do not support TTL");
            }

            Change(changed, reply, "expireAfterSeconds", (long)seconds.ToDouble(), changed.TryGetValue("expireAfterSeconds", out var before) ? (long)before.ToDouble() : null);
        }

        if (request.TryGetValue("hidden", out var hidden) && hidden.ToBoolean() != index.Spec.Hidden)
        {
            Change(changed, reply, "hidden", hidden.ToBoolean(), index.Spec.Hidden);
        }

        CatalogTables.Redefine(session, collection, index, IndexSpec.FromStored(changed));
        return reply;
    }

    // An index that did not let documents expire so far has no old value.
    private static void Change(BsonDocument spec, BsonDocument reply, string option, BsonValue after, BsonValue? before)
    {
        spec[option] = after;
        if (after == false)
        {
            spec.Remove(option);
        }

        if (before is not null)
        {
            reply.Add($"{option}_old", before);
        }

        reply.Add($"{option}_new", after);
    }

    private static IndexInfo Find(CollectionInfo collection, BsonDocument request)
    {
        var name = request.GetValue("name", BsonNull.Value);
        var key = request.GetValue("keyPattern", BsonNull.Value);
        if (name == "_id_" || BsonOrder.Compare(key, new BsonDocument("_id", 1)) == 0)
        {
            throw request.Contains("hidden") ? MongoError.BadValue("can't hide _id index") : Invalid("the _id field does not support TTL indexes");
        }

        var found = collection.Indexes.Where(i => i.Spec.Name == name || BsonOrder.Compare(i.KeyPattern, key) == 0).ToList();
        return found.Count == 1 ? found[0]
            : found.Count > 1 ? throw new MongoError(181, "AmbiguousIndexKeyPattern", $"index keyPattern {Failure.Show(key)} matches {found.Count} indexes, must use index name")
            : throw new MongoError(27, "IndexNotFound", $"cannot find index {(name.IsString ? name : Failure.Show(key))} for ns {collection.Namespace}");
    }

    private static MongoError Invalid(string message) => new(72, "InvalidOptions", message);
}
