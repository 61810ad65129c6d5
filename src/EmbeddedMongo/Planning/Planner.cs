using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>Chooses how a query reads. The choice is never about what is found, unless a client asks for it: everything read is matched again.</summary>
internal static class Planner
{
    // Sorting this many documents costs less than walking an ordered index in search of them.
    private const int FewToSort = 500;
    private const int MaxAlternatives = 200;

    public static QueryPlan Plan(
        Session session, CollectionInfo collection, BsonDocument filter, BsonDocument? sort, bool limited, Collation? collation = null, IndexHint? hint = null)
    {
        var strings = collation ?? Collation.Simple;
        if (sort is { ElementCount: 1 } && sort.GetElement(0) is { Name: "$natural" } natural)
        {
            return hint is null or { IsNatural: true }
                ? QueryPlan.Natural(collection, natural.Value.ToDouble() < 0) with { IsSorted = true }
                : throw IndexHint.Failed(collection, "a $natural sort and the hint of an index exclude each other");
        }

        if (hint is not null)
        {
            return Hinted(collection, filter, sort, strings, hint);
        }

        var candidates = Candidates(collection, filter, sort, strings).Where(c => c.IsUseful).ToList();
        var best = candidates.MaxBy(c => c.Score);
        var plan = best is { HasBounds: true } ? best.ToPlan()
            : Union(collection, filter, strings) ?? best?.ToPlan() ?? QueryPlan.Natural(collection, backward: false);
        return sort is { ElementCount: > 0 } && !plan.IsSorted && candidates.Where(c => c.IsSorted).MaxBy(c => c.Score) is { } sorted
            && (!HasBounds(plan) || (limited && CountUpTo(session, plan, FewToSort) == FewToSort))
            ? sorted.ToPlan()
            : plan;
    }

    /// <summary>How many keys the plan will read, counted no further than a limit.</summary>
    public static long CountUpTo(Session session, QueryPlan plan, long limit)
    {
        var count = 0L;
        foreach (var (scan, range) in plan.Parts.SelectMany(p => p.Ranges.Select(r => (p.Scan, r))))
        {
            if (count >= limit)
            {
                return limit;
            }

            using var statement = session.Db.Use(scan.CountUpTo);
            statement.Bind(1, range.From).Bind(2, range.To).Bind(3, limit - count);
            count += statement.Step() ? statement.Long(0) : 0;
        }

        return count;
    }

    private static bool HasBounds(QueryPlan plan) => plan.Parts[0].Bounds.Count > 0;

    // An index that leaves documents out then finds no more than it contains.
    private static QueryPlan Hinted(CollectionInfo collection, BsonDocument filter, BsonDocument? sort, Collation collation, IndexHint hint)
    {
        if (hint.IsNatural)
        {
            return QueryPlan.Natural(collection, hint.IsBackward);
        }

        var index = hint.Find(collection);
        return Candidates(collection, filter, sort, collation, wholeIndexes: true).First(c => c.Index == index).ToPlan();
    }

    // In an index of another collation the query's strings cannot be sought, and their order is not the one that is wanted.
    private static IEnumerable<IndexCandidate> Candidates(
        CollectionInfo collection, BsonDocument filter, BsonDocument? sort, Collation collation, bool wholeIndexes = false)
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
            if (wholeIndexes || PartialImplication.IsCovered(index.Spec, usable))
            {
                yield return IndexCandidate.For(index, usable, isSame ? sort : null);
            }
        }
    }

    // Alternatives about different fields: each by an index of its own, if all of them have one.
    private static QueryPlan? Union(CollectionInfo collection, BsonDocument filter, Collation collation)
    {
        var clauses = Clauses(filter).ToList();
        foreach (var clause in clauses.Where(c => c.Name == "$or"))
        {
            var others = new BsonArray(clauses.Where(c => c != clause).Select(c => new BsonDocument(c)));
            var parts = clause.Value.AsBsonArray.Take(MaxAlternatives + 1)
                .Select(branch => Candidates(collection, new BsonDocument("$and", new BsonArray(others) { branch }), null, collation).Where(c => c.HasBounds).MaxBy(c => c.Score))
                .ToList();
            if (parts.Count <= MaxAlternatives && parts.TrueForAll(p => p is not null))
            {
                return new QueryPlan(parts.ConvertAll(p => p!.ToRows()));
            }
        }

        return null;
    }

    private static IEnumerable<BsonElement> Clauses(BsonDocument filter) => filter.SelectMany(clause => clause.Name == "$and"
        ? clause.Value.AsBsonArray.OfType<BsonDocument>().SelectMany(Clauses)
        : [clause]);
}
