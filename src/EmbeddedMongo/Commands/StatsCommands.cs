using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>collStats and dbStats. Sizes are those of documents and index entries, without what SQLite keeps around them.</summary>
internal static class StatsCommands
{
    public static readonly Command[] All =
    [
        new("collStats", ["scale"], CollStats),
        new("collstats", ["scale"], CollStats),
        new("dbStats", ["scale", "freeStorage"], DbStats),
        new("dbstats", ["scale", "freeStorage"], DbStats),
    ];

    private static ValueTask<BsonDocument?> CollStats(Engine engine, CommandContext context)
    {
        var scale = Scale(context);
        using var session = context.Read(engine);
        var collection = session.Catalog.Find(context.Database, context.Collection);
        var (count, size) = collection is null ? default : Sizes.Of(session, collection);
        var indexSizes = new BsonDocument();
        foreach (var (name, bytes) in collection is null ? [] : Sizes.OfIndexes(session, collection))
        {
            indexSizes.Add(name, bytes / scale);
        }

        var indexSize = collection is null ? 0 : Sizes.OfIndexes(session, collection).Sum(i => i.Bytes);
        var reply = new BsonDocument { { "ns", context.Namespace }, { "size", size / scale }, { "count", Number.Wrap(count) } };
        if (count > 0)
        {
            reply.Add("avgObjSize", Number.Wrap(size / count));
        }

        return new(reply.AddRange(new BsonDocument
        {
            { "numOrphanDocs", 0 },
            { "storageSize", size / scale },
            { "freeStorageSize", 0 },
            { "capped", false },
            { "nindexes", collection is null ? 0 : collection.Indexes.Length + 1 },
            { "indexBuilds", new BsonArray() },
            { "totalIndexSize", indexSize / scale },
            { "totalSize", (size + indexSize) / scale },
            { "indexSizes", indexSizes },
            { "scaleFactor", scale },
            { "ok", 1.0 },
        }));
    }

    private static ValueTask<BsonDocument?> DbStats(Engine engine, CommandContext context)
    {
        var scale = Scale(context);
        if (context.Flag("freeStorage"))
        {
            throw MongoError.NotSupported("The field 'dbStats.freeStorage' is not supported by this server");
        }

        using var session = context.Read(engine);
        var collections = session.Catalog.Of(context.Database).ToList();
        var (objects, dataSize, indexSize) = (0L, 0L, 0L);
        foreach (var collection in collections)
        {
            var (count, size) = Sizes.Of(session, collection);
            objects += count;
            dataSize += size;
            indexSize += Sizes.OfIndexes(session, collection).Sum(i => i.Bytes);
        }

        return new(new BsonDocument
        {
            { "db", context.Database },
            { "collections", (long)collections.Count },
            { "views", 0L },
            { "objects", objects },
            { "avgObjSize", objects == 0 ? 0.0 : (double)dataSize / objects },
            { "dataSize", (double)dataSize / scale },
            { "storageSize", (double)dataSize / scale },
            { "indexes", collections.Sum(c => c.Indexes.Length + 1L) },
            { "indexSize", (double)indexSize / scale },
            { "totalSize", (double)(dataSize + indexSize) / scale },
            { "scaleFactor", (long)scale },
            { "ok", 1.0 },
        });
    }

    private static int Scale(CommandContext context)
    {
        if (!context.Has("scale"))
        {
            return 1;
        }

        var scale = context.Body["scale"];
        return !scale.IsNumeric ? throw FieldTypes.Wrong($"{context.Name}.scale", scale, "[long, int, decimal, double]")
            : scale.ToDouble() >= 1 ? (int)Math.Min(scale.ToDouble(), int.MaxValue)
            : throw new MongoError(51024, "Location51024", $"BSON field 'scale' value must be >= 1, actual value '{scale}'");
    }
}
