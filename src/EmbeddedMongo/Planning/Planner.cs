using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>Chooses how a query reads. The choice is never about what is found: everything read is matched again.</summary>
internal static class Planner
{
    // Sorting this many documents costs less than walking an ordered index in search of them.
    private const int FewToSort = 500;

    public static QueryPlan Plan(Session session, CollectionInfo collection, BsonDocument filter, BsonDocument? sort, bool limited, Collation? collation = null)
    {
        if (sort is { ElementCount: 1 } && sort.GetElement(0) is { Name: "$natural" } natural)
        {
            return QueryPlan.Natural(collection, natural.Value.ToDouble() < 0) with { IsSorted = true };
        }

        // Indexes order strings by their bytes.
        var comparesBytes = collation is null or { IsSimple: true };
        var bounds = FilterBounds.Of(filter, comparesBytes);
        var order = comparesBytes ? sort : null;
        var candidates = collection.Indexes
            .Where(i => i.Spec is { Text: null, Hidden: false } && PartialImplication.IsCovered(i.Spec, bounds))
            .Select(i => IndexCandidate.For(i, bounds, order))
            .Prepend(IndexCandidate.ForId(collection, bounds, order))
            .Where(c => c.IsUseful)
            .ToList();
        if (candidates.Count == 0)
        {
            return QueryPlan.Natural(collection, backward: false);
        }

        var best = candidates.MaxBy(c => c.Score)!;
        if (sort is { ElementCount: > 0 } && !best.IsSorted && candidates.Where(c => c.IsSorted).MaxBy(c => c.Score) is { } sorted
            && (!best.HasBounds || (limited && CountUpTo(session, best, FewToSort) == FewToSort)))
        {
            best = sorted;
        }

        return best.ToPlan();
    }

    private static long CountUpTo(Session session, IndexCandidate candidate, long limit)
    {
        var count = 0L;
        foreach (var range in candidate.Ranges)
        {
            if (count >= limit)
            {
                return limit;
            }

            using var statement = session.Db.Use(candidate.Scan.CountUpTo);
            statement.Bind(1, range.From).Bind(2, range.To).Bind(3, limit - count);
            count += statement.Step() ? statement.Long(0) : 0;
        }

        return count;
    }
}
