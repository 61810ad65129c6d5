using System.Collections.Immutable;
using System.Globalization;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>The ranges of an index scan as MongoDB writes them: field by field, in the direction in which they are read.</summary>
internal static class BoundsText
{
    public static BsonDocument Of(RowPlan plan, ImmutableArray<IndexField> fields) => new(fields.Select((field, i) =>
    {
        IReadOnlyList<Interval> bounds = i < plan.Bounds.Count ? plan.Bounds[i] : [Interval.All];
        var shown = field.Descending == plan.Backward ? bounds.Select(b => Show(b.Low, b.High)) : bounds.Reverse().Select(b => Show(b.High, b.Low));
        return new BsonElement(field.Path, new BsonArray(shown));
    }));

    private static string Show(Edge from, Edge to) => $"{(from.IsOpen ? '(' : '[')}{Show(from.Value)}, {Show(to.Value)}{(to.IsOpen ? ')' : ']')}";

    private static string Show(BsonValue value) => value switch
    {
        BsonMinKey => "MinKey",
        BsonMaxKey => "MaxKey",
        BsonDouble { Value: double.PositiveInfinity } => "inf",
        BsonDouble { Value: double.NegativeInfinity } => "-inf",
        BsonTimestamp time => string.Create(CultureInfo.InvariantCulture, $"Timestamp({(uint)time.Timestamp}, {(uint)time.Increment})"),
        _ => DuplicateKey.Shell(value),
    };
}
