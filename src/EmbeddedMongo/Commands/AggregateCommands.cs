using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>aggregate: the leading $match may use an index, the rest is computed.</summary>
internal static class AggregateCommands
{
    private static readonly BsonDocument CountAll = new() { { "_id", 1 }, { "n", new BsonDocument("$sum", 1) } };

    public static readonly Command[] All =
    [
        new("aggregate", ["pipeline", "cursor", "allowDiskUse", "bypassDocumentValidation", "collation", "let", "hint", "explain"], Aggregate)
        {
            Unsupported = ["fromMongos", "needsMerge", "exchange"],
        },
    ];

    private static ValueTask<BsonDocument?> Aggregate(Engine engine, CommandContext context)
    {
        var stages = context.Array("pipeline") ?? throw FieldTypes.Missing("aggregate", "pipeline");
        if (context.Body[0].IsNumeric)
        {
            throw WithoutCollection(context.Body[0], stages);
        }

        if (context.Flag("explain"))
        {
            using var explained = context.Read(engine);
            return new(ExplainAggregate.Run(new ExplainRun(explained, context, engine, executes: false, listsAll: false)));
        }

        if (!context.Has("cursor"))
        {
            throw MongoError.FailedToParse("The 'cursor' option is required, except for aggregate with the explain argument");
        }

        var batchSize = context.CursorBatchSize();
        var (database, name) = (context.Database, context.Collection);
        using var session = context.Read(engine);
        var lookups = new LookupDatabase(database);
        var queryContext = context.QueryContext(engine, session.Catalog.CollationOf(database, name)) with { Lookups = lookups };
        if (stages.Count > 0 && StageParser.Open(stages[0]) is ("$collStats", var about))
        {
            WriteStats(about);
            return default;
        }

        var pipeline = Pipeline.ParseOver(stages, queryContext);
        var head = pipeline.Head;
        var filter = CompiledFilter.Parse(head.Filter, queryContext, context.Hint);
        DocumentSource source;
        if (CountOf(pipeline) is var (from, to, result))
        {
            // CountDocuments sends this; the documents need not be looked at twice.
            var count = FindCommands.CountMatches(session, database, name, filter, to) - from;
            source = DocumentSource.Of(count <= 0 ? [] : [result(Number.Wrap(count))]);
        }
        else
        {
            source = new PipelineSource(head.Of(MatchScan.Open(session, database, name, filter, head.Sort, head.Limit > 0)), pipeline, lookups);
        }

        CursorReply.WriteFirst(engine, context, session, context.Namespace, source, batchSize, singleBatch: false);
        return default;

        void WriteStats(BsonValue argument)
        {
            var rest = Pipeline.Parse([.. stages.Skip(1)], queryContext);
            lookups.Session = session;
            var results = rest.Run([CollStatsStage.Run(engine, context, session, argument)]).ToList();
            CursorReply.WriteFirst(engine, context, session, context.Namespace, DocumentSource.Of(results), batchSize, singleBatch: false);
        }
    }

    /// <summary>The part that is counted, if counting is all that there is to do.</summary>
    private static (long From, long To, Func<BsonValue, BsonDocument> Result)? CountOf(Pipeline pipeline)
    {
        var (from, to, windows) = PipelineHead.Window(pipeline.Rest, 0);

        return pipeline.Head.Sort is not null || pipeline.Rest.Count != windows + 1 ? null : pipeline.Rest[^1] switch
        {
            ("$count", BsonString name) => (from, to, count => new BsonDocument(name.Value, count)),
            ("$group", var group) when group.Equals(CountAll) => (from, to, count => new BsonDocument { { "_id", 1 }, { "n", count } }),
            _ => null,
        };
    }

    // There are stages that need no collection, but not here.
    public static MongoError WithoutCollection(BsonValue number, BsonArray stages) =>
        number.ToDouble() != 1 ? MongoError.FailedToParse("Invalid command format: the 'aggregate' field must specify a collection name or 1")
        : stages.Count == 0 ? new(73, "InvalidNamespace", "{aggregate: 1} is not valid for an empty pipeline.")
        : StageParser.Open(stages[0]).Name is "$currentOp" or "$listLocalSessions" or "$listSessions" or "$documents" or "$changeStream" or "$queryStats" or "$listCatalog"
            ? MongoError.NotSupported("Aggregations that are not over a collection are not supported by this server")
        : new(73, "InvalidNamespace", $"{{aggregate: 1}} is not valid for '{StageParser.Open(stages[0]).Name}'; a collection is required.");
}
