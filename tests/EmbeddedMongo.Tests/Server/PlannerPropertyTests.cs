using CsCheck;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>An index may make a query faster; whatever the query, it may not change its answer.</summary>
public sealed class PlannerPropertyTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static readonly string[] Indexes =
    [
        "{a: 1}", "{a: -1, b: 1}", "{b: 1, a: 1}", "{'c.x': 1, 'c.y': -1}", "{b: -1, 'c.x': 1}", "{d: 1}", "{b: 1, d: -1}", "{d: 1, b: 1, _id: -1}",
    ];

    // Mostly a few small numbers, so that values meet; and one of everything else.
    private static readonly Gen<BsonValue> Small = Gen.Int[-3, 3].Select(i => (BsonValue)i);

    private static readonly Gen<BsonValue> Scalar = Gen.Frequency((3, Small), (2, Gen.OneOf<BsonValue>(
        Gen.Int[-3, 3].Select(i => (BsonValue)i),
        Gen.Int[-3, 3].Select(i => (BsonValue)(long)i),
        Gen.Int[-6, 6].Select(i => (BsonValue)(i / 2.0)),
        Gen.Int[-3, 3].Select(i => (BsonValue)new BsonDecimal128(i)),
        Gen.OneOf<BsonValue>((BsonValue)"", "a", "A", "b", "B", "a\0b", "é", "E", true, false, BsonNull.Value, double.NaN, double.PositiveInfinity, BsonMinKey.Value, BsonMaxKey.Value),
        Gen.Int[0, 3].Select(i => (BsonValue)new BsonDateTime(i * 1000L)),
        Gen.Int[0, 3].Select(i => (BsonValue)new ObjectId($"{i:x24}")),
        Gen.OneOf<BsonValue>(9007199254740993L, 9007199254740992L, 9007199254740992d, new BsonDecimal128(0.1m), 0.1))));

    private static readonly Gen<BsonValue> Value = Gen.Frequency(
        (3, Scalar),
        (3, Scalar.Array[0, 3].Select(items => (BsonValue)new BsonArray(items))),
        (1, Gen.Select(Scalar, Scalar, (x, y) => (BsonValue)new BsonDocument { { "x", x }, { "y", y } })));

    private static readonly Gen<BsonValue> Nested = Gen.Frequency(
        (3, Gen.Select(Scalar, Scalar, (x, y) => (BsonValue)new BsonDocument { { "x", x }, { "y", y } })),
        (1, Scalar.Select(x => (BsonValue)new BsonDocument("x", x))),
        (2, Gen.Select(Value, Scalar, (x, y) => (BsonValue)new BsonDocument { { "x", x }, { "y", y } }).Array[0, 3].Select(items => (BsonValue)new BsonArray(items))),
        (1, Scalar));

    private static readonly Gen<BsonDocument> Document = Gen.Select(Optional(Value), Optional(Scalar), Optional(Nested), Optional(Scalar), (a, b, c, d) =>
    {
        var document = new BsonDocument();
        foreach (var (name, value) in new[] { ("a", a), ("b", b), ("c", c), ("d", d) })
        {
            if (value is not null)
            {
                document.Add(name, value);
            }
        }

        return document;
    });

    private static readonly Gen<BsonValue> Condition = Gen.Frequency(
        (4, Scalar),
        (4, Gen.Select(Gen.OneOf("$eq", "$gt", "$gte", "$lt", "$lte", "$ne"), Scalar, (name, value) => (BsonValue)new BsonDocument(name, value))),
        (5, Gen.Select(Small, Gen.Int[0, 2], (low, width) => (BsonValue)new BsonDocument { { "$gt", low }, { "$lt", low.AsInt32 + width } })),
        (2, Gen.Select(Scalar, Scalar, (low, high) => (BsonValue)new BsonDocument { { "$gte", low }, { "$lt", high } })),
        (2, Scalar.Array[0, 4].Select(items => (BsonValue)new BsonDocument("$in", new BsonArray(items)))),
        (1, Gen.Bool.Select(yes => (BsonValue)new BsonDocument("$exists", yes))),
        (1, Gen.OneOf("string", "number", "int", "date", "bool", "null").Select(type => (BsonValue)new BsonDocument("$type", type))),
        (1, Scalar.Select(value => (BsonValue)new BsonDocument("$not", new BsonDocument("$gt", value)))),
        (1, Gen.OneOf("^a", "^ab*", "^a\\\\.", "^b|a", "^(a)", "^", "a").Select(pattern => (BsonValue)new BsonRegularExpression(pattern))),
        (1, Gen.OneOf("", "i", "s").Select(options => (BsonValue)new BsonDocument { { "$regex", "^A?a" }, { "$options", options } })),
        (2, Gen.Select(Small, Gen.Int[0, 3], (low, width) => (BsonValue)new BsonDocument("$elemMatch", new BsonDocument { { "$gte", low }, { "$lt", low.AsInt32 + width } }))),
        (1, Gen.Select(Scalar, Scalar, (x, y) => (BsonValue)new BsonDocument("$elemMatch", new BsonDocument { { "x", x }, { "y", y } }))),
        (1, Value.Array[0, 2].Select(items => (BsonValue)new BsonDocument("$all", new BsonArray(items)))),
        (1, Value.Array[0, 2].Select(items => (BsonValue)new BsonArray(items))));

    private static readonly Gen<BsonDocument> Clause =
        Gen.Select(Gen.OneOf("a", "a", "a", "b", "c.x", "c.x", "c.y", "c.y", "c", "d", "_id"), Condition, (path, condition) => new BsonDocument { { path, condition } });

    private static readonly Gen<BsonDocument> Filter = Gen.Frequency(
        (1, Gen.Const(new BsonDocument())),
        (3, Clause),
        (2, Gen.Select(Gen.OneOf("b", "d"), Small.Array[1, 4], Clause, (path, items, other) => new BsonDocument { { path, new BsonDocument("$in", new BsonArray(items)) }, { "$and", new BsonArray { other } } })),
        (5, Clause.Array[2, 3].Select(clauses => new BsonDocument("$and", new BsonArray(clauses)))),
        (2, Clause.Array[1, 3].Select(clauses => new BsonDocument("$or", new BsonArray(clauses)))),
        (3, Gen.Select(Clause, Clause, Clause, (one, two, all) => new BsonDocument { { "$or", new BsonArray { one, two } }, { "$and", new BsonArray { all } } })));

    private static readonly Gen<BsonDocument?> Sort = Gen.Frequency(
        (1, Gen.Const((BsonDocument?)null)),
        (2, Gen.Select(Gen.OneOf("a", "b", "c.x", "d", "_id"), Direction(), (path, direction) => (BsonDocument?)new BsonDocument(path, direction))),
        (2, Gen.Select(Gen.OneOf("a", "b"), Direction(), Direction(), (first, one, two) => (BsonDocument?)new BsonDocument { { first, one }, { first == "a" ? "b" : "a", two } })),
        (2, Gen.Select(Gen.OneOf("b", "d"), Direction(), Direction(), (first, one, two) => (BsonDocument?)new BsonDocument { { first, one }, { first == "b" ? "d" : "_id", two } })));

    // Only indexes that contain every document: one that does not finds less when it is asked for by name.
    private static readonly Gen<BsonValue?> Hint = Gen.Frequency((2, Gen.Const((BsonValue?)null)), (1, Gen.OneOf<BsonValue?>(
        "_id_", "a_1", "b_1_a_1", BsonDocument.Parse("{a: -1, b: 1}"), BsonDocument.Parse("{b: -1, 'c.x': 1}"), "c.x_1_c.y_-1", "letters{a: 1}", "letters{b: -1, a: 1}",
        BsonDocument.Parse("{$natural: 1}"), BsonDocument.Parse("{$natural: -1}"))));

    /// <param name="own">The strength of the collections' own collation, or none.</param>
    /// <param name="asked">That of the queries' collation, or none.</param>
    [Theory]
    [InlineData(null, null)]
    [InlineData(null, 1)]
    [InlineData(1, null)]
    [InlineData(1, 3)]
    public async Task With_and_without_indexes_queries_find_the_same(int? own, int? asked)
    {
        var plain = await NewCollectionAsync(own);
        var indexed = await NewCollectionAsync(own);
        foreach (var index in Indexes)
        {
            await indexed.IndexAsync(index);
        }

        await indexed.IndexAsync("{b: 1}", new CreateIndexOptions<BsonDocument> { Name = "sparse", Sparse = true });
        await indexed.IndexAsync("{a: 1}", new CreateIndexOptions<BsonDocument> { Name = "partial", PartialFilterExpression = "{b: {$gt: 0}}" });
        await indexed.IndexAsync("{d: 1, a: 1}", new CreateIndexOptions<BsonDocument> { Name = "present", PartialFilterExpression = "{d: {$exists: true}}" });

        foreach (var index in new[] { "{a: 1}", "{b: -1, a: 1}", "{'c.x': 1, 'c.y': -1}" })
        {
            await indexed.IndexAsync(index, new CreateIndexOptions<BsonDocument> { Name = $"letters{index}", Collation = English(own == 1 ? 3 : 1) });
        }

        var some = new CreateIndexOptions<BsonDocument> { Name = "letters", Collation = English(1), PartialFilterExpression = "{d: {$gte: 'a'}}" };
        await indexed.IndexAsync("{d: -1}", some);

        await Document.Array[0, 60].SelectMany(documents => Gen.Select(Filter, Sort, Gen.Int[0, 5], Hint).Array[12].Select(queries => (documents, queries)))
            .SampleAsync(async run =>
            {
                var documents = run.documents.Select((d, i) => new BsonDocument("_id", i).Merge(d)).ToList();
                await RefillAsync(plain, documents);
                await RefillAsync(indexed, documents);
                foreach (var (filter, sort, limit, hint) in run.queries)
                {
                    await CompareAsync(plain, indexed, filter, sort, limit, hint, asked is null ? null : English(asked.Value), own);
                }
            }, iter: 50, threads: 1);
    }

    // Equal sort keys may come in any order, so ids are compared as sets and the order by its keys.
    private static async Task CompareAsync(IMongoCollection<BsonDocument> plain, IMongoCollection<BsonDocument> indexed, BsonDocument filter, BsonDocument? sort, int limit,
        BsonValue? hint, Collation? collation = null, int? own = null)
    {
        var options = new FindOptions { Collation = collation, Hint = hint };
        var expected = await plain.Find(filter, new FindOptions { Collation = collation }).Sort(sort).ToListAsync(Find.Ct);
        var actual = await indexed.Find(filter, options).Sort(sort).ToListAsync(Find.Ct);
        Assert.Equal(expected.Select(Id).Order(), actual.Select(Id).Order());
        if (sort is not null)
        {
            var order = Query.SortSpec.Parse(sort, Query.Collation.Parse(BsonDocument.Parse((collation ?? (own is null ? Collation.Simple : English(own.Value))).ToString())));
            var limited = await indexed.Find(filter, options).Sort(sort).Limit(limit).ToListAsync(Find.Ct);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(0, order.Compare(pair.First, pair.Second)));
            Assert.Equal(limit == 0 ? expected.Count : Math.Min(limit, expected.Count), limited.Count);
            Assert.All(expected.Zip(limited), pair => Assert.Equal(0, order.Compare(pair.First, pair.Second)));
        }

        Assert.Equal(expected.Count, await indexed.CountDocumentsAsync(filter, new CountOptions { Collation = collation, Hint = hint }, Find.Ct));
    }

    private static async Task RefillAsync(IMongoCollection<BsonDocument> collection, List<BsonDocument> documents)
    {
        await collection.DeleteManyAsync("{}", Find.Ct);
        if (documents.Count > 0)
        {
            await collection.InsertManyAsync(documents, cancellationToken: Find.Ct);
        }
    }

    private static int Id(BsonDocument document) => document["_id"].AsInt32;

    private static Collation English(int strength) => new("en", strength: (CollationStrength)strength);

    private async Task<IMongoCollection<BsonDocument>> NewCollectionAsync(int? strength)
    {
        var collection = server.NewCollection();
        if (strength is { } own)
        {
            await server.Database.CreateCollectionAsync(collection.CollectionNamespace.CollectionName, new CreateCollectionOptions { Collation = English(own) }, Find.Ct);
        }

        return collection;
    }

    private static Gen<int> Direction() => Gen.OneOf(1, -1);

    private static Gen<BsonValue?> Optional(Gen<BsonValue> gen) => Gen.Frequency((1, Gen.Const((BsonValue?)null)), (5, gen.Select(v => (BsonValue?)v)));
}
