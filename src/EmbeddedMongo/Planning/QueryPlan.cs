using MongoDB.Bson;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>How some rows of a collection are read: the ranges of one index, or all records in the order they were inserted.</summary>
internal sealed record RowPlan(IndexScanSql Scan, IReadOnlyList<Interval> Ranges)
{
    /// <summary>Null for the natural order and for <c>_id</c>.</summary>
    public IndexInfo? Index { get; init; }

    public bool IsNatural { get; init; }

    public bool Backward { get; init; }

    /// <summary>What the ranges came from, for each of the index's leading fields that the query is about.</summary>
    public IReadOnlyList<List<Interval>> Bounds { get; init; } = [];

    /// <summary>How many bytes all of the keys have in common.</summary>
    public int PrefixLength { get; init; }

    public static RowPlan Natural(CollectionInfo collection, bool backward) =>
        new(collection.NaturalScan, [Interval.All]) { IsNatural = true, Backward = backward };
}

/// <summary>How a query reads its collection: in one way or, for alternatives, in several one after the other.</summary>
internal sealed record QueryPlan(IReadOnlyList<RowPlan> Parts)
{
    /// <summary>The rows come in the order that was asked for.</summary>
    public bool IsSorted { get; init; }

    /// <summary>The order in which the parts, each of which has it, are merged; null where they are read one after the other.</summary>
    public BsonDocument? MergedBy { get; init; }

    /// <summary>Every row is a match, and its only one, so that counting needs no documents.</summary>
    public bool IsExact { get; init; }

    /// <summary>One document can turn up several times.</summary>
    public bool MayRepeat => (Parts.Count > 1 && MergedBy is null) || Parts[0].Index is { Multikey: true };

    public static QueryPlan Natural(CollectionInfo collection, bool backward) => new([RowPlan.Natural(collection, backward)]);
}
