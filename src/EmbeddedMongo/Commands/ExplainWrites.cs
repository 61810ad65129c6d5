using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>explain of update, delete and findAndModify: whom they would change.</summary>
internal static class ExplainWrites
{
    public static BsonDocument Update(ExplainRun run)
    {
        var (update, multi, upsert) = UpdateCommand.Parse(Single(run, "updates"), run.QueryContext).Value;
        return Explain(run, update.Filter, null, multi, update, upsert);
    }

    public static BsonDocument Delete(ExplainRun run)
    {
        var (filter, multi) = DeleteCommand.Parse(Single(run, "deletes"), run.QueryContext).Value;
        return Explain(run, filter, null, multi, update: null, upsert: false);
    }

    public static BsonDocument FindAndModify(ExplainRun run)
    {
        var (filter, update, _) = FindAndModifyCommand.Parse(run.Context, run.QueryContext);
        return Explain(run, filter, FindCommands.Sort(run.Context.Document("sort")), multi: false, update, run.Context.Flag("upsert"));
    }

    private static BsonDocument Single(ExplainRun run, string field)
    {
        var statements = run.Context.Batch(field);
        return statements.Count == 1
            ? BsonBytes.DecodeUntrusted(statements[0])
            : throw new MongoError(16, "InvalidLength", "explained write batches must be of size 1");
    }

    private static BsonDocument Explain(ExplainRun run, CompiledFilter filter, BsonDocument? sort, bool multi, DocumentUpdate? update, bool upsert)
    {
        using var scan = run.Open(filter, sort, limited: !multi);
        var (matched, changed) = run.Executes && scan is not null ? Count(run, scan, sort, multi, update) : (0, 0);
        var access = Explanation.Access(filter, scan, filter.SingleId(run.Inherited) is not null);
        var found = Explanation.Find(access, scan, sort, null, 0, sort is null ? 0 : 1, matched);
        var plan = update is null
            ? new PlanStage("DELETE", found) { Counters = new BsonDocument("nWouldDelete", Number.Wrap(matched)), Examined = matched }
            : new PlanStage("UPDATE", found)
            {
                Counters = new BsonDocument
                {
                    { "nMatched", Number.Wrap(matched) },
                    { "nWouldModify", Number.Wrap(changed) },
                    { "nWouldUpsert", matched == 0 && upsert && run.Executes ? 1 : 0 },
                },
                Examined = matched,
            };
        return run.Answer(filter, plan, scan, returned: 0);
    }

    private static (long Matched, long Changed) Count(ExplainRun run, MatchScan scan, BsonDocument? sort, bool multi, DocumentUpdate? update)
    {
        var (matched, changed) = (0L, 0L);
        using var source = new FindSource(new SortedScan(scan, sort, 0, multi ? 0 : 1), null);
        while (source.Next(run.Session) is { } document)
        {
            matched++;
            changed += update?.Changes(document) == true ? 1 : 0;
        }

        return (matched, changed);
    }
}
