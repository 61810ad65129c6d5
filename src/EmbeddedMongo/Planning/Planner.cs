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

        var candidates = Candidates(collection, filter, sort, collation ?? Collation.Simple).Where(c => c.IsUseful).ToList();
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

    // In an index of another collation the query's strings cannot be sought, and their order is not the one that is wanted.
    private static IEnumerable<IndexCandidate> Candidates(CollectionInfo collection, BsonDocument filter, BsonDocument? sort, Collation collation)
    {
        var bounds = FilterBounds.Of(filter, collation);
        FilterBounds? withoutStrings = null;

        yield return collection.Collation.IsSameAs(collation)
            ? IndexCandidate.ForId(collection, bounds, sort)
            : IndexCandidate.ForId(collection, withoutStrings ??= FilterBounds.Of(filter, null), sort: null);

        foreach (var index in collection.Indexes.Where(i => i.Spec is { Text: null, Hidden: false }))
        {
            var isSame = index.Spec.Collation.IsSameAs(collation);
            var usable = isSame ? bounds : withoutStrings ??= FilterBounds.Of(filter, null);
            if (PartialImplication.IsCovered(index.Spec, usable))
            {
                yield return IndexCandidate.For(index, usable, isSame ? sort : null);
            }
        }
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
