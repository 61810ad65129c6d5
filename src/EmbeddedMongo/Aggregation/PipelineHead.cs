using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>How a pipeline begins, as far as the reading of its collection can do it: a filter, an order and a part of what they yield.</summary>
/// <param name="Filter">The leading <c>$match</c>.</param>
/// <param name="Sort">The <c>$sort</c> after it.</param>
/// <param name="Skip">How many to leave out of what is sorted.</param>
/// <param name="Limit">How many to take then, 0 for all.</param>
internal sealed record PipelineHead(BsonDocument Filter, BsonDocument? Sort, long Skip, long Limit)
{
    public static PipelineHead Nothing { get; } = new([], null, 0, 0);

    /// <summary>Takes the head off the stages.</summary>
    public static PipelineHead TakeFrom(List<(string Name, BsonValue Argument)> stages)
    {
        var matches = stages.TakeWhile(s => s.Name == "$match").Select(s => StageParser.MatchFilter(s.Argument)).ToList();
        var filter = matches switch
        {
            [] => [],
            [var only] => only,
            _ => new BsonDocument("$and", new BsonArray(matches)),
        };
        stages.RemoveRange(0, matches.Count);

        if (stages is not [("$sort", var sort), ..])
        {
            return new(filter, null, 0, 0);
        }

        var (from, to, count) = Window(stages, 1);
        stages.RemoveRange(0, 1 + count);

        // An empty window is left to a stage of its own, as a limit of 0 means all.
        if (to == from)
        {
            stages.Insert(0, ("$skip", (BsonInt64)long.MaxValue));
        }

        return new(filter, StageParser.SortKeys(sort), from, to == from ? 1 : to == long.MaxValue ? 0 : to - from);
    }

    /// <summary>The head's documents of what matches its filter.</summary>
    public SortedScan Of(MatchScan? matching) => new(matching, Sort, Skip, Limit);

    /// <summary>The part that the <c>$skip</c> and <c>$limit</c> stages from an index on leave, and how many stages these are.</summary>
    public static (long From, long To, int Count) Window(IReadOnlyList<(string Name, BsonValue Argument)> stages, int index)
    {
        var (from, to, count) = (0L, long.MaxValue, 0);

        foreach (var (name, argument) in stages.Skip(index).TakeWhile(s => s.Name is "$skip" or "$limit"))
        {
            (from, to) = name == "$skip"
                ? (Math.Min(to, Sum(from, StageParser.ParseSkip(argument))), to)
                : (from, Math.Min(to, Sum(from, StageParser.ParseLimit(argument))));
            count++;
        }

        return (from, to, count);
    }

    private static long Sum(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;
}
