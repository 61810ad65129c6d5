using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>aggregate: the leading $match may use an index, the rest is computed.</summary>
internal static class AggregateCommands
{
    private static readonly BsonDocument CountAll = new("$group", new BsonDocument { { "_id", 1 }, { "n", new BsonDocument("$sum", 1) } });

    public static readonly Command[] All =
    [
        new("aggregate", ["pipeline", "cursor", "allowDiskUse", "bypassDocumentValidation", "collation", "let", "hint"], Aggregate)
        {
            Unsupported = ["explain", "fromMongos", "needsMerge", "exchange"],
        },
    ];

    private static ValueTask<BsonDocument?> Aggregate(Engine engine, CommandContext context)
    {
        if (context.Body[0].IsNumeric)
        {
            throw MongoError.NotSupported("Aggregations that are not over a collection are not supported by this server");
        }

        var stages = context.Array("pipeline") ?? throw FieldTypes.Missing("aggregate", "pipeline");
        if (!context.Has("cursor"))
        {
            throw MongoError.FailedToParse("The 'cursor' option is required, except for aggregate with the explain argument");
        }

        var batchSize = context.CursorBatchSize();
        var (database, name) = (context.Database, context.Collection);
        using var session = context.Read(engine);
        var lookups = new LookupDatabase(database);
        var queryContext = context.QueryContext(engine, session.Catalog.CollationOf(database, name)) with { Lookups = lookups };
        var pipeline = Pipeline.ParseOver(stages, queryContext);
        var head = pipeline.Head;
        var filter = CompiledFilter.Parse(head.Filter, queryContext, context.Hint);
        DocumentSource source;
        if (OnlyCounts(stages))
        {
            // CountDocuments sends this; the documents need not be looked at twice.
            var count = FindCommands.CountMatches(session, database, name, filter, long.MaxValue);
            source = DocumentSource.Of(count == 0 ? [] : [new BsonDocument { { "_id", 1 }, { "n", Number.Wrap(count) } }]);
        }
        else
        {
            source = new PipelineSource(head.Of(MatchScan.Open(session, database, name, filter, head.Sort, head.Limit > 0)), pipeline, lookups);
        }

        CursorReply.WriteFirst(engine, context, session, context.Namespace, source, batchSize, singleBatch: false);
        return default;
    }

    private static bool OnlyCounts(BsonArray stages) =>
        stages.Count is 1 or 2 && stages[^1].Equals(CountAll) && (stages.Count == 1 || stages[0].AsBsonDocument.GetElement(0).Name == "$match");
}
