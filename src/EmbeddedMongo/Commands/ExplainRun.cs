using System.Diagnostics;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>One command being explained.</summary>
/// <param name="session">What it would read.</param>
/// <param name="context">The command.</param>
/// <param name="engine">What commands work on.</param>
/// <param name="executes">Whether it is carried out, to tell what that took.</param>
/// <param name="listsAll">Whether other plans that were carried out are listed; there never are any.</param>
internal sealed class ExplainRun(Session session, CommandContext context, Engine engine, bool executes, bool listsAll)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public Session Session { get; } = session;

    public CommandContext Context { get; } = context;

    public bool Executes { get; } = executes;

    public Collation Inherited => Session.Catalog.CollationOf(Context.Database, Context.Collection);

    public QueryContext QueryContext => Context.QueryContext(engine, Inherited);

    public CompiledFilter Query => FindCommands.Query(engine, Context, Session);

    public MatchScan? Open(CompiledFilter filter, BsonDocument? sort, bool limited) =>
        MatchScan.Open(Session, Context.Database, Context.Collection, filter, sort, limited);

    /// <summary>The whole answer about a command that is one plan.</summary>
    public BsonDocument Answer(CompiledFilter filter, PlanStage plan, MatchScan? scan, long returned) => Finish(Describe(filter, plan, scan, returned));

    /// <summary>A plan, and what carrying it out took.</summary>
    public BsonDocument Describe(CompiledFilter filter, PlanStage plan, MatchScan? scan, long returned)
    {
        var planner = new BsonDocument
        {
            { "namespace", Context.Namespace },
            { "indexFilterSet", false },
            { "parsedQuery", ParsedQuery.Of(filter.Original) },
        };
        if (filter.Context.Collation.Document is { } collation)
        {
            planner.Add("collation", collation);
        }

        planner.Merge(new BsonDocument
        {
            { "maxIndexedOrSolutionsReached", false },
            { "maxIndexedAndSolutionsReached", false },
            { "maxScansToExplodeReached", false },
            { "winningPlan", plan.ToPlan() },
            { "rejectedPlans", new BsonArray() },
        });
        var described = new BsonDocument("queryPlanner", planner);
        if (!Executes)
        {
            return described;
        }

        var statistics = new BsonDocument
        {
            { "executionSuccess", true },
            { "nReturned", Number.Wrap(returned) },
            { "executionTimeMillis", (int)_watch.ElapsedMilliseconds },
            { "totalKeysExamined", Number.Wrap(scan?.KeysExamined ?? 0) },
            { "totalDocsExamined", Number.Wrap(scan?.DocumentsExamined ?? 0) },
            { "executionStages", plan.ToExecution() },
        };
        return described.Add("executionStats", listsAll ? statistics.Add("allPlansExecution", new BsonArray()) : statistics);
    }

    public BsonDocument Finish(BsonDocument described) => new BsonDocument("explainVersion", "1").Merge(described).Merge(new BsonDocument
    {
        { "command", Context.Body },
        { "serverInfo", new BsonDocument { { "host", Environment.MachineName }, { "version", ServerCommands.Version }, { "gitVersion", ServerCommands.GitVersion } } },
        { "ok", 1.0 },
    });
}
