using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>find and what follows it.</summary>
internal static class FindCommands
{
    public static readonly Command[] All =
    [
        new("find", ["filter", "sort", "projection", "skip", "limit", "batchSize", "singleBatch", "allowDiskUse", "allowPartialResults", "collation", "let", "hint"], Find)
        {
            Unsupported = ["min", "max", "returnKey", "showRecordId", "tailable", "awaitData", "oplogReplay", "noCursorTimeout", "readOnce"],
        },
        new("getMore", ["collection", "batchSize"], GetMore),
        new("killCursors", ["cursors"], KillCursors),
        new("count", ["query", "limit", "skip", "fields", "collation", "hint"], Count),
        new("distinct", ["key", "query", "collation"], Distinct),
    ];

    private static ValueTask<BsonDocument?> Find(Engine engine, CommandContext context)
    {
        var (database, name) = (context.Database, context.Collection);
        using var session = context.Read(engine);
        var collation = session.Catalog.CollationOf(database, name);
        var queryContext = context.QueryContext(engine, collation);
        var filter = CompiledFilter.Parse(context.Document("filter") ?? [], queryContext, context.Hint);
        var sort = Sort(context.Document("sort"));
        var projection = context.Document("projection") is { ElementCount: > 0 } fields ? Projection.Parse(fields, filter.Original, queryContext) : null;
        if (filter.Text is null && (projection is { UsesScore: true } || (sort is not null && Documents.AsksForScore(sort)) || Pipeline.AsksForScore(filter.Original)))
        {
            throw Pipeline.NoScore();
        }

        var limit = context.Count("limit") ?? 0;
        var skip = context.Count("skip") ?? 0;
        var singleBatch = context.Flag("singleBatch");
        var batchSize = context.Count("batchSize");
        if (filter.SingleId(collation) is { } id && projection is null && skip == 0 && batchSize != 0)
        {
            WriteById(context, session, database, name, id);
            return default;
        }

        var scan = MatchScan.Open(session, database, name, filter, sort, limit > 0);
        var source = new FindSource(new SortedScan(scan, sort, skip, limit), projection);
        CursorReply.WriteFirst(engine, context, session, context.Namespace, source, batchSize, singleBatch);
        return default;
    }

    public static BsonDocument? Sort(BsonDocument? sort)
    {
        if (sort is null or { ElementCount: 0 })
        {
            return null;
        }

        if (!sort.Contains("$natural"))
        {
            SortSpec.Parse(sort);
        }
        else if (sort.ElementCount > 1 || !sort[0].IsNumeric || Math.Abs(sort[0].ToDouble()) != 1)
        {
            throw MongoError.BadValue("$natural sort cannot be set to a value other than -1 or 1.");
        }

        return sort;
    }

    /// <summary>The most frequent query of all: the stored bytes go to the socket as they are.</summary>
    private static void WriteById(CommandContext context, Session session, string database, string name, BsonValue id)
    {
        var reply = context.Reply;
        var body = reply.OpenDocument();
        var cursor = reply.OpenDocument("cursor");
        var batch = reply.OpenDocument("firstBatch", BsonType.Array);
        if (session.Catalog.Find(database, name) is { } collection)
        {
            using var row = session.Db.Use(collection.ByIdSql).Bind(1, KeyWriter.Encode(id, collection.Collation));
            if (row.Step())
            {
                reply.WriteElement(0, row.Blob(0));
            }
        }

        reply.Close(batch);
        reply.Write("id", 0L);
        reply.Write("ns", $"{database}.{name}");
        reply.Close(cursor);
        reply.Write("ok", 1.0);
        reply.Close(body);
    }

    private static ValueTask<BsonDocument?> GetMore(Engine engine, CommandContext context)
    {
        var id = context.Body[0] as BsonInt64
            ?? throw FieldTypes.Wrong("getMore.getMore", context.Body[0], "long");
        if (context.Count("maxTimeMS") is > 0)
        {
            throw MongoError.BadValue("cannot set maxTimeMS on getMore command for a non-awaitData cursor");
        }

        var collection = context.Text("collection") ?? throw FieldTypes.Missing("getMore", "collection");
        using var session = context.Read(engine);
        CursorReply.WriteNext(engine, context, session, id.Value, $"{context.Database}.{collection}", context.Count("batchSize"));
        return default;
    }

    private static ValueTask<BsonDocument?> KillCursors(Engine engine, CommandContext context)
    {
        var ids = context.Array("cursors") ?? throw FieldTypes.Missing("killCursors", "cursors");
        _ = context.Collection;
        for (var i = 0; i < ids.Count; i++)
        {
            _ = ids[i] as BsonInt64 ?? throw FieldTypes.Wrong($"killCursors.cursors.{i}", ids[i], "long");
        }

        var killed = new BsonArray();
        var notFound = new BsonArray();
        foreach (var id in ids)
        {
            (engine.Cursors.Kill(id.AsInt64) ? killed : notFound).Add(id);
        }

        return new(new BsonDocument
        {
            { "cursorsKilled", killed },
            { "cursorsNotFound", notFound },
            { "cursorsAlive", new BsonArray() },
            { "cursorsUnknown", new BsonArray() },
            { "ok", 1.0 },
        });
    }

    private static ValueTask<BsonDocument?> Count(Engine engine, CommandContext context)
    {
        using var session = context.Read(engine);
        var filter = Query(engine, context, session);
        var skip = context.Count("skip") ?? 0;
        var limit = CountLimit(context.Body.GetValue("limit", 0));
        var all = CountMatches(session, context.Database, context.Collection, filter, limit > long.MaxValue - skip ? long.MaxValue : skip + limit);
        var count = Math.Max(0, all - skip);
        return new(new BsonDocument { { "n", Number.Wrap(count) }, { "ok", 1.0 } });
    }

    public static CompiledFilter Query(Engine engine, CommandContext context, Session session) => CompiledFilter.Parse(
        context.Document("query") ?? [], context.QueryContext(engine, session.Catalog.CollationOf(context.Database, context.Collection)), context.Hint);

    // A negative limit is as good as a positive one.
    public static long CountLimit(BsonValue limit)
    {
        var number = limit.IsNumeric ? Math.Abs(limit.ToDouble()) : 0;
        return number >= 1 && number < long.MaxValue ? (long)number : long.MaxValue;
    }

    /// <summary>How many documents match, counted no further than a limit.</summary>
    public static long CountMatches(Session session, string database, string name, CompiledFilter filter, long limit)
    {
        if (filter.Original.ElementCount == 0 && filter.Hint is null)
        {
            return session.Catalog.Find(database, name) is { } collection ? Math.Min(limit, session.Db.Scalar(collection.CountSql)) : 0;
        }

        using var scan = MatchScan.Open(session, database, name, filter, sort: null, limited: false);
        return scan?.Count(session, limit) ?? 0;
    }

    private static ValueTask<BsonDocument?> Distinct(Engine engine, CommandContext context)
    {
        using var session = context.Read(engine);
        var filter = Query(engine, context, session);
        var key = context.Text("key") ?? throw FieldTypes.Missing("distinct", "key");
        using var scan = MatchScan.Open(session, context.Database, context.Collection, filter, sort: null, limited: false);
        var values = new SortedSet<BsonValue>(filter.Context.Collation.Comparer);

        // A rough measure, that what is small need not be measured exactly.
        var size = 0L;
        while (scan?.Next(session) == true)
        {
            foreach (var value in FieldPaths.Distinct(scan.Document, key))
            {
                size += values.Add(value) ? MemoryLimit.WeightOf(value) : 0;
            }

            if (size > 3 * BsonBytes.MaxDocumentSize)
            {
                break;
            }
        }

        var reply = new BsonDocument { { "values", new BsonArray(values) }, { "ok", 1.0 } };
        return size <= BsonBytes.MaxDocumentSize / 4 || BsonBytes.Encode(reply).Length <= BsonBytes.MaxDocumentSize ? new(reply)
            : throw new MongoError(17217, "Location17217", "distinct too big, 16mb cap");
    }
}
