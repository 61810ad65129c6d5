using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Driver;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Tests.Server;

public sealed class StoredBytesTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const long LastMillisecond = 253402300799999;

    private readonly IMongoCollection<RawBsonDocument> _stored = server.Database.GetCollection<RawBsonDocument>(server.NewCollection().CollectionNamespace.CollectionName);

    [Fact]
    public async Task A_value_of_any_type_comes_back_as_the_bytes_it_was() => Assert.Equal(EveryType, await RoundTripAsync(EveryType));

    [Fact]
    public async Task A_value_of_any_type_survives_an_update_of_another_field()
    {
        await _stored.InsertOneAsync(new RawBsonDocument(EveryType), cancellationToken: Find.Ct);

        await _stored.UpdateOneAsync("{_id: 1}", "{$set: {added: 1}}", cancellationToken: Find.Ct);
        await _stored.UpdateOneAsync("{_id: 1}", "{$unset: {added: 1}}", cancellationToken: Find.Ct);

        Assert.Equal(EveryType, Bytes(await _stored.Find("{_id: 1}").SingleAsync(Find.Ct)));
    }

    [Fact]
    public void What_the_decoder_makes_of_every_type_is_what_the_driver_makes_of_it() =>
        Assert.Equal(BsonSerializer.Deserialize<BsonDocument>(EveryType).Where(e => e.Name is not ("old" or "late")), BsonBytes.Decode(EveryType).Where(e => e.Name is not ("old" or "late")));

    [Theory]
    [InlineData("{late: {$gt: {$date: {$numberLong: '253402300799999'}}}}", 1)]
    [InlineData("{late: {$date: {$numberLong: '253402300799999'}}}", 0)]
    public async Task A_date_beyond_the_last_of_dotnet_is_told_from_it(string filter, int found)
    {
        await _stored.InsertOneAsync(new RawBsonDocument(EveryType), cancellationToken: Find.Ct);

        Assert.Equal(found, await _stored.CountDocumentsAsync(filter, cancellationToken: Find.Ct));
    }

    // Each time something else has to be skipped to find a field, or decoded to send the rest.
    private async Task<byte[]> RoundTripAsync(byte[] document)
    {
        await _stored.InsertOneAsync(new RawBsonDocument(document), cancellationToken: Find.Ct);
        Assert.Equal(document, Bytes(await _stored.Find("{last: 'z'}").SingleAsync(Find.Ct)));
        return Bytes(await _stored.Find("{last: 'z'}").Sort("{last: 1}").Project<RawBsonDocument>("{unknown: 0}").SingleAsync(Find.Ct));
    }

    private static byte[] Bytes(RawBsonDocument document) => document.Slice.AccessBackingBytes(0).ToArray()[..document.Slice.Length];

    private static byte[] EveryType
    {
        get
        {
            using var stream = new MemoryStream();
            using var writer = new BsonBinaryWriter(stream, new BsonBinaryWriterSettings { FixOldBinarySubTypeOnOutput = false });
            BsonSerializer.Serialize(writer, new BsonDocument
            {
                { "_id", 1 },
                { "double", 1.5 },
                { "minusZero", new BsonDouble(-0.0) },
                { "string", "zwölf \0 ☃" },
                { "document", new BsonDocument { { "a", 1 }, { "", new BsonDocument() } } },
                { "array", new BsonArray { 1, "two", new BsonArray(), new BsonDocument("x", BsonNull.Value) } },
                { "binary", new BsonBinaryData([1, 2, 3]) },
                { "old", new BsonBinaryData([1, 2, 3], BsonBytes.OldBinary) },
                { "uuid", new BsonBinaryData(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), GuidRepresentation.Standard) },
                { "legacyUuid", new BsonBinaryData(new byte[16], BsonBinarySubType.UuidLegacy) },
                { "undefined", BsonUndefined.Value },
                { "objectId", ObjectId.Parse("0123456789abcdef01234567") },
                { "true", true },
                { "false", false },
                { "date", new BsonDateTime(-1) },
                { "late", new BsonDateTime(LastMillisecond + 1) },
                { "null", BsonNull.Value },
                { "regex", new BsonRegularExpression("a.*ü", "im") },
                { "code", new BsonJavaScript("f()") },
                { "symbol", BsonSymbol.Create("s") },
                { "scoped", new BsonJavaScriptWithScope("g()", new BsonDocument("v", 1)) },
                { "int", -7 },
                { "timestamp", new BsonTimestamp(7, 8) },
                { "long", long.MinValue },
                { "decimal", Decimal128.Parse("-1.50E+10") },
                { "min", BsonMinKey.Value },
                { "max", BsonMaxKey.Value },
                { "ünïcode and longer than what is kept of names", 1 },
                { "last", "z" },
            });
            return stream.ToArray();
        }
    }
}
