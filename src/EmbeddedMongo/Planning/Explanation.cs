using System.Collections.Immutable;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>Describes how a scan reads, and what it read, in the terms of MongoDB's plans.</summary>
internal static class Explanation
{
    private const int SortMemory = 104_857_600;
    private static readonly ImmutableArray<IndexField> IdFields = [new IndexField("_id", false)];

    /// <summary>The stages that find the documents which match.</summary>
    /// <param name="filter">What is looked for.</param>
    /// <param name="scan">The scan; null where there is no collection.</param>
    /// <param name="single">The filter is about one <c>_id</c> and nothing else, and nothing is skipped.</param>
    public static PlanStage Access(CompiledFilter filter, MatchScan? scan, bool single)
    {
        if (scan is null)
        {
            return new PlanStage("EOF");
        }

        if (scan.Search is { } search)
        {
            return Text(filter, scan, search);
        }

        var parts = scan.Plan!.Parts;
        if (parts[0].IsNatural)
        {
            return new PlanStage("COLLSCAN")
            {
                Details = Filter(filter.Rest).Add("direction", parts[0].Backward ? "backward" : "forward"),
                Counters = new BsonDocument("docsExamined", Number.Wrap(scan.DocumentsExamined)),
                Returned = scan.Matched,
                Examined = scan.DocumentsExamined,
            };
        }

        if (single)
        {
            return new PlanStage("IDHACK")
            {
                Counters = new BsonDocument { { "keysExamined", Number.Wrap(scan.KeysExamined) }, { "docsExamined", Number.Wrap(scan.DocumentsExamined) } },
                Returned = scan.Matched,
            };
        }

        var scans = parts.Zip(scan.RowsRead, (part, read) => Index("IXSCAN", part, BoundsText.Of(part, Fields(part)), read)).ToList();
        var order = scan.Plan.MergedBy;
        var rows = scans.Count == 1 ? scans[0] : new PlanStage(order is null ? "OR" : "SORT_MERGE", scans)
        {
            Details = order is null ? [] : new BsonDocument("sortPattern", order),
            Returned = scan.DocumentsExamined,
            Examined = scan.KeysExamined,
        };
        var fetch = Fetch(filter.Rest, scan, rows);
        return scans.Count > 1 && order is null && filter.Rest.ElementCount == 1 ? new PlanStage("SUBPLAN", fetch) { Returned = scan.Matched } : fetch;
    }

    /// <summary>What a find does with the documents that match.</summary>
    public static PlanStage Find(PlanStage stage, MatchScan? scan, BsonDocument? sort, BsonDocument? projection, long skip, long limit, long returned)
    {
        var sorts = sort is not null && scan is not null && (!scan.IsSorted || scan.Search is not null);
        if (sorts)
        {
            var details = new BsonDocument { { "sortPattern", sort }, { "memLimit", SortMemory } };
            details = limit > 0 ? details.Add("limitAmount", Number.Wrap(skip + limit)) : details;
            stage = new PlanStage("SORT", stage) { Details = details.Add("type", "simple"), Returned = limit > 0 ? returned + Math.Min(skip, stage.Returned) : stage.Returned, Examined = stage.Returned };
        }

        if (skip > 0)
        {
            stage = new PlanStage("SKIP", stage) { Details = new BsonDocument("skipAmount", Number.Wrap(skip)), Returned = returned, Examined = stage.Returned };
        }

        if (projection is { ElementCount: > 0 })
        {
            var simple = projection.All(f => (f.Value.IsBoolean || f.Value.IsNumeric) && !f.Name.Contains('.', StringComparison.Ordinal));
            stage = new PlanStage(simple ? "PROJECTION_SIMPLE" : "PROJECTION_DEFAULT", stage) { Details = new BsonDocument("transformBy", projection), Returned = returned };
        }

        return limit > 0 && !sorts && scan is not null
            ? new PlanStage("LIMIT", stage) { Details = new BsonDocument("limitAmount", Number.Wrap(limit)), Returned = returned }
            : stage;
    }

    /// <summary>What counting reads.</summary>
    public static PlanStage Count(CompiledFilter filter, MatchScan? scan)
    {
        if (scan?.Plan is not { IsExact: true, Parts: [{ } part] })
        {
            return Access(filter, scan, single: false);
        }

        return part.Bounds.All(b => b.Count == 1)
            ? Index("COUNT_SCAN", part, Range(part, Fields(part)), scan.KeysExamined)
            : Index("COUNT_SCAN", part, BoundsText.Of(part, Fields(part)), scan.KeysExamined);
    }

    private static PlanStage Fetch(BsonDocument filter, MatchScan scan, PlanStage rows) => new("FETCH", rows)
    {
        Details = Filter(filter),
        Counters = new BsonDocument { { "docsExamined", Number.Wrap(scan.DocumentsExamined) }, { "alreadyHasObj", 0 } },
        Returned = scan.Matched,
        Examined = scan.DocumentsExamined,
    };

    private static PlanStage Index(string name, RowPlan part, BsonDocument bounds, long read)
    {
        var details = new BsonDocument
        {
            { "keyPattern", part.Index?.KeyPattern ?? new BsonDocument("_id", 1) },
            { "indexName", part.Index?.Spec.Name ?? "_id_" },
        };
        if (part.Index?.Spec.Collation.Document is { } collation)
        {
            details.Add("collation", collation);
        }

        return new PlanStage(name)
        {
            Details = details.Merge(new BsonDocument
            {
                { "isMultiKey", part.Index?.Multikey ?? false },
                { "isUnique", part.Index?.Spec.Unique ?? true },
                { "isSparse", part.Index?.Spec.Sparse ?? false },
                { "isPartial", part.Index?.Spec.PartialExpression is not null },
                { "indexVersion", 2 },
                { "direction", part.Backward ? "backward" : "forward" },
                { "indexBounds", bounds },
            }),
            Counters = new BsonDocument { { "keysExamined", Number.Wrap(read) }, { "seeks", part.Ranges.Count } },
            Returned = name == "IXSCAN" ? read : 0,
            Examined = read,
        };
    }

    private static ImmutableArray<IndexField> Fields(RowPlan part) => part.Index?.Spec.Fields ?? IdFields;

    private static BsonDocument Range(RowPlan part, ImmutableArray<IndexField> fields)
    {
        var edges = fields.Select((field, i) => (field.Path, Bounds: i < part.Bounds.Count ? part.Bounds[i][0] : Interval.All, field.Descending))
            .Select(f => (f.Path, Low: f.Descending ? f.Bounds.High : f.Bounds.Low, High: f.Descending ? f.Bounds.Low : f.Bounds.High)).ToList();
        return new BsonDocument
        {
            { "startKey", new BsonDocument(edges.Select(e => new BsonElement(e.Path, e.Low.Value))) },
            { "startKeyInclusive", !edges.Exists(e => e.Low.IsOpen) },
            { "endKey", new BsonDocument(edges.Select(e => new BsonElement(e.Path, e.High.Value))) },
            { "endKeyInclusive", !edges.Exists(e => e.High.IsOpen) },
        };
    }

    private static PlanStage Text(CompiledFilter filter, MatchScan scan, TextSearch search)
    {
        var postings = new PlanStage("IXSCAN")
        {
            Details = new BsonDocument { { "keyPattern", search.Index.KeyPattern }, { "indexName", search.Index.Spec.Name }, { "isMultiKey", true }, { "indexVersion", 2 } },
            Counters = new BsonDocument("keysExamined", Number.Wrap(scan.KeysExamined)),
            Returned = scan.KeysExamined,
            Examined = scan.KeysExamined,
        };
        var hits = new PlanStage("TEXT_OR", postings) { Returned = search.Found, Examined = scan.KeysExamined };
        var match = new PlanStage("TEXT_MATCH", hits)
        {
            Details = new BsonDocument { { "indexName", search.Index.Spec.Name }, { "parsedTextQuery", search.Describe() }, { "textIndexVersion", 3 } },
            Counters = new BsonDocument { { "docsExamined", Number.Wrap(scan.DocumentsExamined) } },
            Returned = filter.Rest.ElementCount == 0 ? scan.Matched : scan.DocumentsExamined,
            Examined = scan.DocumentsExamined,
        };
        return filter.Rest.ElementCount == 0 ? match : Fetch(filter.Rest, scan, match);
    }

    private static BsonDocument Filter(BsonDocument filter) => filter.ElementCount == 0 ? [] : new BsonDocument("filter", ParsedQuery.Of(filter));
}
