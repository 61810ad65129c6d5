using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>explain of aggregate: as of find where nothing but reading is left to do, otherwise stage by stage.</summary>
internal static class ExplainAggregate
{
    public static BsonDocument Run(ExplainRun run)
    {
        var stages = run.Context.Array("pipeline") ?? throw FieldTypes.Missing("aggregate", "pipeline");
        if (run.Context.Body[0].IsNumeric)
        {
            throw AggregateCommands.WithoutCollection(run.Context.Body[0], stages);
        }

        var context = run.QueryContext with { Lookups = new LookupDatabase(run.Context.Database) { Session = run.Session } };
        var pipeline = Pipeline.ParseOver(stages, context);
        var (head, rest) = (pipeline.Head, pipeline.Rest.Select(stage => new BsonDocument(stage.Name, stage.Argument)).ToList());
        var filter = CompiledFilter.Parse(head.Filter, context, run.Context.Hint);
        return rest.Count == 0
            ? ExplainReads.Window(run, filter, head.Sort, projection: null, head.Skip, head.Limit)
            : Stages(run, filter, head, rest, context);
    }

    private static BsonDocument Stages(ExplainRun run, CompiledFilter filter, PipelineHead head, List<BsonDocument> stages, QueryContext context)
    {
        using var scan = run.Open(filter, head.Sort, head.Limit > 0);
        var counts = new long[stages.Count + 1];
        if (run.Executes)
        {
            CarryOut(Counted(Input(run, head.Of(scan)), counts, 0), stages, counts, context);
        }

        var access = Explanation.Access(filter, scan, single: false);
        var plan = Explanation.Find(access, scan, head.Sort, projection: null, head.Skip, head.Limit, counts[0]);
        var cursor = new BsonDocument("$cursor", run.Describe(filter, plan, scan, counts[0]));
        var shown = stages.Prepend(cursor).Select((stage, i) => run.Executes
            ? new BsonDocument(stage).Add("nReturned", counts[i]).Add("executionTimeMillisEstimate", 0L)
            : stage);
        return run.Finish(new BsonDocument("stages", new BsonArray(shown)));
    }

    private static void CarryOut(IEnumerable<BsonDocument> documents, List<BsonDocument> stages, long[] counts, QueryContext context)
    {
        for (var i = 0; i < stages.Count; i++)
        {
            documents = Counted(Pipeline.Parse([stages[i]], context).Through(documents), counts, i + 1);
        }

        foreach (var _ in documents)
        {
        }
    }

    private static IEnumerable<BsonDocument> Input(ExplainRun run, SortedScan scan)
    {
        while (scan.NextDocument(run.Session, fields: null) is { } document)
        {
            yield return document;
        }
    }

    private static IEnumerable<BsonDocument> Counted(IEnumerable<BsonDocument> documents, long[] counts, int at)
    {
        foreach (var document in documents)
        {
            counts[at]++;
            yield return document;
        }
    }
}
