using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>All keys of the types that compare with each other.</summary>
internal static class TypeBounds
{
    /// <summary>Those that a range can be about: of numbers all but NaN, which is less than none of them and greater than none.</summary>
    public static Interval Of(BsonType type)
    {
        var whole = Whole(type);
        return TypeRank.Of(type) == TypeRank.Number ? whole with { From = KeyBytes.Successor(NumberKey.NotANumber) } : whole;
    }

    public static Interval Whole(BsonType type)
    {
        byte[] rank = [TypeRank.Of(type)];
        var (low, high) = Edges(type);
        return new Interval(rank, KeyBytes.Successor(rank)) { Low = low, High = high };
    }

    private static (Edge Low, Edge High) Edges(BsonType type) => type switch
    {
        BsonType.Double or BsonType.Int32 or BsonType.Int64 or BsonType.Decimal128 => Closed(double.NegativeInfinity, double.PositiveInfinity),
        BsonType.ObjectId => Closed(ObjectId.Empty, new ObjectId("ffffffffffffffffffffffff")),
        BsonType.Boolean => Closed(false, true),
        BsonType.DateTime => Closed(new BsonDateTime(long.MinValue), new BsonDateTime(long.MaxValue)),
        BsonType.Timestamp => Closed(new BsonTimestamp(0), new BsonTimestamp(-1)),
        BsonType.String => (new Edge("", false), new Edge(new BsonDocument(), true)),
        _ => Closed(BsonMinKey.Value, BsonMaxKey.Value),
    };

    private static (Edge Low, Edge High) Closed(BsonValue low, BsonValue high) => (new Edge(low, false), new Edge(high, false));
}
