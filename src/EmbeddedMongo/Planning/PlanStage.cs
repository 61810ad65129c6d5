using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>One stage of a plan as explain shows it, and what it did where the plan was carried out.</summary>
internal sealed class PlanStage(string name, params IReadOnlyList<PlanStage> inputs)
{
    public string Name { get; } = name;

    /// <summary>What it is to do.</summary>
    public BsonDocument Details { get; init; } = [];

    /// <summary>What it counted, beside its results.</summary>
    public BsonDocument Counters { get; init; } = [];

    public long Returned { get; init; }

    /// <summary>How much it looked at to find them.</summary>
    public long Examined { get; init; }

    public BsonDocument ToPlan() => WithInputs(new BsonDocument("stage", Name).Merge(Details), input => input.ToPlan());

    public BsonDocument ToExecution()
    {
        var shown = new BsonDocument
        {
            { "stage", Name },
            { "nReturned", Number.Wrap(Returned) },
            { "executionTimeMillisEstimate", 0 },
            { "works", Number.Wrap(Math.Max(Examined, Returned) + 1) },
            { "advanced", Number.Wrap(Returned) },
            { "needTime", Number.Wrap(Math.Max(Examined - Returned, 0)) },
            { "needYield", 0 },
            { "saveState", 0 },
            { "restoreState", 0 },
            { "isEOF", 1 },
        };
        return WithInputs(shown.Merge(Details).Merge(Counters), input => input.ToExecution());
    }

    private BsonDocument WithInputs(BsonDocument shown, Func<PlanStage, BsonDocument> show) => inputs.Count switch
    {
        0 => shown,
        1 => shown.Add("inputStage", show(inputs[0])),
        _ => shown.Add("inputStages", new BsonArray(inputs.Select(show))),
    };
}
