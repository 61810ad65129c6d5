using CsCheck;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Tests.Language;

/// <summary>Random values, kept few and small so that they often meet.</summary>
internal static class Generators
{
    public static readonly Gen<BsonValue> Scalars = Gen.OneOf(
        Gen.Int[-2, 3].Select(i => (BsonValue)i),
        Gen.Int[-2, 3].Select(i => (BsonValue)new BsonInt64(i)),
        Gen.Int[-4, 6].Select(i => (BsonValue)(i / 2.0)),
        Gen.Int[-4, 6].Select(i => (BsonValue)(i / 2m)),
        Gen.OneOf<BsonValue>(double.NaN, "", "a", "A", "á", "b", "ab", "Ab", BsonNull.Value, true, false, new BsonDateTime(0), BsonMinKey.Value, BsonMaxKey.Value));

    public static readonly Gen<BsonValue> Values = Gen.Recursive<BsonValue>((depth, value) => depth >= 3
        ? Scalars
        : Gen.Frequency(
            (5, Scalars),
            (2, value.Array[0, 3].Select(items => (BsonValue)new BsonArray(items))),
            (2, Fields(value).Select(d => (BsonValue)d))));

    public static readonly Gen<BsonDocument> Docs = Fields(Values);

    public static readonly Gen<string> Paths = Gen.OneOf("a", "b", "a.a", "a.b", "b.a", "a.0", "a.1", "a.0.b", "a.b.a", "a.a.1");

    private static Gen<BsonDocument> Fields(Gen<BsonValue> value) =>
        Gen.Select(Gen.OneOf("a", "b", "1"), value).Array[0, 3].Select(fields =>
        {
            var document = new BsonDocument();

            foreach (var (name, item) in fields)
            {
                document[name] = item;
            }

            return document;
        });
}
