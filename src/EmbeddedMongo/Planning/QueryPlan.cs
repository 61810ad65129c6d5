using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>How a query reads its collection: the ranges of one index, or all records in the order they were inserted.</summary>
internal sealed record QueryPlan(IndexScanSql Scan, IReadOnlyList<Interval> Ranges)
{
    /// <summary>Null for the natural order and for <c>_id</c>.</summary>
    public IndexInfo? Index { get; init; }

    public bool IsNatural { get; init; }

    public bool Backward { get; init; }

    /// <summary>The rows come in the order that was asked for.</summary>
    public bool IsSorted { get; init; }

    /// <summary>One document can turn up under several keys.</summary>
    public bool MayRepeat => Index is { Multikey: true };

    public static QueryPlan Natural(CollectionInfo collection, bool backward) =>
        new(collection.NaturalScan, [Interval.All]) { IsNatural = true, Backward = backward };
}
