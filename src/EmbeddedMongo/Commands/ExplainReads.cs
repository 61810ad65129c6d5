using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>explain of find, count and distinct.</summary>
internal static class ExplainReads
{
    public static BsonDocument Find(ExplainRun run)
    {
        var context = run.Context;
        var filter = CompiledFilter.Parse(context.Document("filter") ?? [], run.QueryContext, context.Hint);
        var projection = context.Document("projection") is { ElementCount: > 0 } fields ? fields : null;
        if (projection is not null)
        {
            Projection.Parse(projection, filter.Original, run.QueryContext);
        }

        return Window(run, filter, FindCommands.Sort(context.Document("sort")), projection, context.Count("skip") ?? 0, context.Count("limit") ?? 0);
    }

    /// <summary>Documents that match, in an order, and a part of them.</summary>
    public static BsonDocument Window(ExplainRun run, CompiledFilter filter, BsonDocument? sort, BsonDocument? projection, long skip, long limit)
    {
        using var scan = run.Open(filter, sort, limit > 0);
        var returned = run.Executes && scan is not null ? Drain(run, new FindSource(new SortedScan(scan, sort, skip, limit), null)) : 0;
        var access = Explanation.Access(filter, scan, skip == 0 && filter.SingleId(run.Inherited) is not null);
        return run.Answer(filter, Explanation.Find(access, scan, sort, projection, skip, limit, returned), scan, returned);
    }

    public static BsonDocument Count(ExplainRun run)
    {
        var (filter, skip) = (run.Query, run.Context.Count("skip") ?? 0);
        var limit = FindCommands.CountLimit(run.Context.Body.GetValue("limit", 0));
        var most = limit > long.MaxValue - skip ? long.MaxValue : skip + limit;
        var isFast = filter.Original.ElementCount == 0 && filter.Hint is null;
        using var scan = isFast ? null : run.Open(filter, sort: null, limited: false);
        var all = !run.Executes ? 0
            : isFast ? FindCommands.CountMatches(run.Session, run.Context.Database, run.Context.Collection, filter, most)
            : scan?.Count(run.Session, most) ?? 0;
        var counters = new BsonDocument { { "nCounted", Number.Wrap(Math.Max(0, all - skip)) }, { "nSkipped", Number.Wrap(Math.Min(all, skip)) } };
        var plan = isFast
            ? new PlanStage("RECORD_STORE_FAST_COUNT") { Counters = counters }
            : new PlanStage("COUNT", Explanation.Count(filter, scan)) { Counters = counters, Examined = all };
        return run.Answer(filter, plan, scan, returned: 0);
    }

    public static BsonDocument Distinct(ExplainRun run)
    {
        var filter = run.Query;
        _ = run.Context.Text("key") ?? throw FieldTypes.Missing("distinct", "key");
        using var scan = run.Open(filter, sort: null, limited: false);
        while (run.Executes && scan?.Next(run.Session) == true)
        {
        }

        return run.Answer(filter, Explanation.Access(filter, scan, single: false), scan, scan?.Matched ?? 0);
    }

    private static long Drain(ExplainRun run, DocumentSource source)
    {
        var count = 0L;
        while (source.Next(run.Session) is not null)
        {
            count++;
        }

        return count;
    }
}
