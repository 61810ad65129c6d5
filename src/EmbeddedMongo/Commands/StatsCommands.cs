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
        var scale = context.Has("scale") ? Scale(context.Name, context.Body["scale"]) : 1;
        using var session = context.Read(engine);
        var collection = session.Catalog.Find(context.Database, context.Collection);
        return new(new BsonDocument("ns", context.Namespace).AddRange(Of(session, collection, scale)).Add("ok", 1.0));
    }

    /// <summary>What a collection holds and how large it is; null counts as empty.</summary>
    public static BsonDocument Of(Session session, CollectionInfo? collection, int scale)
    {
        var (count, size) = collection is null ? default : Sizes.Of(session, collection);
        var indexSizes = new BsonDocument();
        foreach (var (name, bytes) in collection is null ? [] : Sizes.OfIndexes(session, collection))
        {
            indexSizes.Add(name, bytes / scale);
        }

        var indexSize = collection is null ? 0 : Sizes.OfIndexes(session, collection).Sum(i => i.Bytes);
        var stats = new BsonDocument { { "size", size / scale }, { "count", Number.Wrap(count) } };
        if (count > 0)
        {
            stats.Add("avgObjSize", Number.Wrap(size / count));
        }

        return stats.AddRange(new BsonDocument
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
        });
    }

    private static ValueTask<BsonDocument?> DbStats(Engine engine, CommandContext context)
    {
        var scale = context.Has("scale") ? Scale(context.Name, context.Body["scale"]) : 1;
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

    /// <summary>The number of bytes that sizes are told in.</summary>
    public static int Scale(string owner, BsonValue scale) =>
        !scale.IsNumeric ? throw FieldTypes.Wrong($"{owner}.scale", scale, "[long, int, decimal, double]")
        : scale.ToDouble() >= 1 ? (int)Math.Min(scale.ToDouble(), int.MaxValue)
        : throw new MongoError(51024, "Location51024", $"BSON field 'scale' value must be >= 1, actual value '{scale}'");
}
