using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>$collStats, which a pipeline can begin with instead of reading the collection: one document about it.</summary>
internal static class CollStatsStage
{
    private const string Name = "$collStats";

    public static BsonDocument Run(Engine engine, CommandContext context, Session session, BsonValue argument)
    {
        var wanted = Part("argument", argument);
        foreach (var part in wanted)
        {
            if (part.Name is "latencyStats" or "queryExecStats" or "operationStats")
            {
                throw Failure.NotSupported($"{Name}.{part.Name}");
            }

            if (part.Name is not ("storageStats" or "count"))
            {
                throw FieldTypes.Unknown(Name, part.Name);
            }
        }

        var collection = session.Catalog.Find(context.Database, context.Collection);
        var result = new BsonDocument { { "ns", context.Namespace }, { "host", Environment.MachineName }, { "localTime", engine.Clock.GetUtcNow().UtcDateTime } };
        if (wanted.TryGetValue("storageStats", out var storage))
        {
            var scale = Scale(Part("storageStats", storage));
            result.Add("storageStats", StatsCommands.Of(session, Known("storageStats"), scale));
        }

        if (wanted.TryGetValue("count", out var count))
        {
            FieldTypes.CheckAll($"{Name}.count", Part("count", count));
            result.Add("count", Number.Wrap(session.Db.Scalar(Known("count").CountSql)));
        }

        return result;

        CollectionInfo Known(string part) => collection
            ?? throw new MongoError(26, "NamespaceNotFound", $"Unable to retrieve {part} in {Name} stage :: caused by :: Collection [{context.Namespace}] not found.");
    }

    private static BsonDocument Part(string name, BsonValue value) => value as BsonDocument
        ?? throw (name == "argument"
            ? Failure.Located(5447000, $"{Name} must take a nested object but found: {Failure.Show(value)}")
            : FieldTypes.Wrong($"{Name}.{name}", value, "object"));

    private static int Scale(BsonDocument storage)
    {
        foreach (var option in storage.Where(o => o.Name != "scale"))
        {
            if (option.Name is not ("verbose" or "waitForLock" or "numericOnly"))
            {
                throw FieldTypes.Unknown($"{Name}.storageStats", option.Name);
            }

            // Both values of waitForLock ask for what happens anyway: nothing here waits.
            if (option is { Name: not "waitForLock", Value: not BsonBoolean { Value: false } })
            {
                throw Failure.NotSupported($"{Name}.storageStats.{option.Name}");
            }
        }

        return storage.TryGetValue("scale", out var scale) ? StatsCommands.Scale($"{Name}.storageStats", scale) : 1;
    }
}
