using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>A key's first byte: the place of its type in MongoDB's order. Types that compare with each other share it.</summary>
internal static class TypeRank
{
    public const byte Undefined = 0x05;
    public const byte Null = 0x0A;
    public const byte Number = 0x0F;

    public static byte Of(BsonType type) => type switch
    {
        BsonType.MinKey => 0x01,
        BsonType.Undefined => Undefined,
        BsonType.Null => Null,
        BsonType.Double or BsonType.Int32 or BsonType.Int64 or BsonType.Decimal128 => Number,
        BsonType.String or BsonType.Symbol => 0x14,
        BsonType.Document => 0x19,
        BsonType.Array => 0x1E,
        BsonType.Binary => 0x23,
        BsonType.ObjectId => 0x28,
        BsonType.Boolean => 0x2D,
        BsonType.DateTime => 0x32,
        BsonType.Timestamp => 0x37,
        BsonType.RegularExpression => 0x3C,
        BsonType.JavaScript => 0x41,
        BsonType.JavaScriptWithScope => 0x46,
        BsonType.MaxKey => 0xFE,
        _ => throw MongoError.BadValue($"a value of type {type} cannot be a key"),
    };
}
