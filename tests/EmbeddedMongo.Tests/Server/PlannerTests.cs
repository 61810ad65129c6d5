using CsCheck;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>An index may make a query faster; it may not change its answer.</summary>
public sealed class PlannerTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
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

    private static readonly Gen<BsonDocument?> Sort = Gen.Frequency(
        (1, Gen.Const((BsonDocument?)null)),
        (2, Gen.Select(Gen.OneOf("a", "b", "c.x", "d", "_id"), Direction(), (path, direction) => (BsonDocument?)new BsonDocument(path, direction))),
        (2, Gen.Select(Gen.OneOf("a", "b"), Direction(), Direction(), (first, one, two) => (BsonDocument?)new BsonDocument { { first, one }, { first == "a" ? "b" : "a", two } })),
        (2, Gen.Select(Gen.OneOf("b", "d"), Direction(), Direction(), (first, one, two) => (BsonDocument?)new BsonDocument { { first, one }, { first == "b" ? "d" : "_id", two } })));

    // Only indexes that contain every document: one that does not finds less when it is asked for by name.
    private static readonly Gen<BsonValue?> Hint = Gen.Frequency((2, Gen.Const((BsonValue?)null)), (1, Gen.OneOf<BsonValue?>(
        "_id_", "a_1", "b_1_a_1", BsonDocument.Parse("{a: -1, b: 1}"), BsonDocument.Parse("{b: -1, 'c.x': 1}"), "c.x_1_c.y_-1", "letters{a: 1}", "letters{b: -1, a: 1}",
        BsonDocument.Parse("{$natural: 1}"), BsonDocument.Parse("{$natural: -1}"))));

    [Theory]
    [InlineData("{'c.x': 1, 'c.y': 1}", "{'c.x': 1, 'c.y': 2}", null, "1")]
    [InlineData("{a: 1}", "{a: {$gt: 5, $lt: 7}}", null, "1")]
    [InlineData("{a: 1}", "{}", "{a: 1}", "2,1,3")]
    [InlineData("{a: 1}", "{}", "{a: -1}", "1,3,2")]
    [InlineData("{a: 1}", "{a: {$gte: 4}}", "{a: 1}", "1,3")]
    [InlineData("{a: 1}", "{a: null}", null, "4")]
    [InlineData("{a: 1}", "{a: [2, 10]}", null, "1")]
    [InlineData("{a: 1}", "{a: {$in: [10, 3]}}", null, "1,3")]
    [InlineData("{'c.x': 1}", "{'c.x': null}", null, "2,3,4,5")]
    [InlineData("{a: 1}", "{a: {$elemMatch: {$gt: 5, $lt: 7}}}", null, "")]
    [InlineData("{a: 1}", "{a: {$elemMatch: {$gt: 2, $lt: 4}}}", null, "3")]
    [InlineData("{a: 1}", "{a: {$all: [2, 10]}}", null, "1")]
    [InlineData("{a: 1}", "{a: {$elemMatch: {$elemMatch: {$eq: 7}}}}", null, "5")]
    [InlineData("{a: 1}", "{a: [[7]]}", null, "5")]
    [InlineData("{a: 1}", "{a: [7]}", null, "5")]
    [InlineData("{a: 1}", "{a: {$exists: false}}", null, "4")]
    [InlineData("{'c.x': 1}", "{c: {$elemMatch: {x: 5, y: 2}}}", null, "1")]
    [InlineData("{'c.x': 1}", "{c: {$elemMatch: {x: 1, y: 2}}}", null, "")]
    [InlineData("{'c.x': 1}", "{'c.x': {$exists: false}}", null, "2,3,4,5")]
    public async Task An_index_over_arrays_answers_as_a_scan_would(string index, string filter, string? sort, string ids)
    {
        var things = server.NewCollection();
        await things.IndexAsync(index);
        await things.InsertAsync("{_id: 1, a: [2, 10], c: [{x: 1, y: 9}, {x: 5, y: 2}]}", "{_id: 2, a: 1, c: {y: 2}}", "{_id: 3, a: [3, 4]}", "{_id: 4}", "{_id: 5, a: [[7]]}");

        var found = await things.IdsAsync(sort is null ? filter : $"{{$and: [{filter}, {{_id: {{$lt: 4}}}}]}}", sort);

        Assert.Equal(ids, sort is null ? string.Join(",", found.Split(',').Order()) : found);
    }

    [Theory]
    [InlineData("{}", "{at: -1, _id: -1}", 9, 9)]
    [InlineData("{kind: 1}", "{at: -1, _id: -1}", 9, 9)]
    [InlineData("{kind: 1}", "{at: 1, _id: 1}", 9, 9)]
    [InlineData("{kind: 1, $or: [{at: {$lt: 500}}, {at: 500, _id: {$lt: 500}}]}", "{at: -1, _id: -1}", 9, 10)]
    [InlineData("{kind: {$in: [0, 1]}, at: 78}", null, 0, 1)]
    [InlineData("{_id: {$in: [3, 5]}}", null, 0, 2)]
    [InlineData("{open: true, user: 4}", null, 0, 1)]
    [InlineData("{pendingAt: {$lte: 3}}", "{pendingAt: 1}", 1, 1)]
    [InlineData("{$or: [{pendingAt: 3}, {_id: 7}]}", null, 0, 2)]
    [InlineData("{$or: [{pendingAt: 3, kind: 0}, {_id: {$in: [7, 8]}}], open: false}", null, 0, 3)]
    [InlineData("{name: /^item 99/}", null, 0, 11)]
    [InlineData("{name: {$regex: '^item 5$', $options: 's'}}", null, 0, 111)]
    public async Task A_query_reads_no_more_than_its_index_makes_necessary(string filter, string? sort, int limit, int mostRead)
    {
        using var folder = new TemporaryFolder();
        using var store = Storage.Store.Open(folder.Path, flushEveryCommit: false);
        await store.WriteAsync(session =>
        {
            var collection = Storage.CatalogTables.Create(session, "d", "c");
            foreach (var (key, partial, sparse) in new[] { ("{at: -1, _id: -1}", null, false), ("{kind: 1, at: -1, _id: -1}", null, false), ("{user: 1}", "{open: true}", false), ("{pendingAt: 1}", null, true), ("{name: 1}", null, false) })
            {
                var request = new BsonDocument { { "key", BsonDocument.Parse(key) }, { "name", key }, { "sparse", sparse } };
                request = partial is null ? request : request.Add("partialFilterExpression", BsonDocument.Parse(partial));
                Storage.CatalogTables.AddIndex(session, session.Catalog.Find("d", "c")!, EmbeddedMongo.Indexes.IndexSpec.Parse(request));
            }

            for (var i = 0; i < 1000; i++)
            {
                var document = new BsonDocument { { "_id", i }, { "at", i }, { "kind", i % 3 }, { "user", i % 10 }, { "open", i < 10 }, { "name", $"item {i}" } };
                Storage.DocumentTable.Insert(session, Storage.NewDocument.Made(i % 100 == 0 ? document.Add("pendingAt", i / 100) : document), "d", "c");
            }

            return collection;
        });

        using var reading = store.Read();
        var order = sort is null ? null : BsonDocument.Parse(sort);
        var plan = Planning.Planner.Plan(reading, reading.Catalog.Find("d", "c")!, BsonDocument.Parse(filter), order, limit > 0);
        var matcher = Query.Matcher.Compile(BsonDocument.Parse(filter));
        var (read, found) = (0, 0);
        foreach (var part in plan.Parts)
        {
            using var rows = new Planning.RowScan(part);
            while ((limit == 0 || found < limit) && rows.Next(reading))
            {
                read++;
                found += matcher.Matches(Wire.BsonBytes.Decode(rows.Document.ToArray())) ? 1 : 0;
            }
        }

        Assert.True(found > 0);
        Assert.True(sort is null || plan.IsSorted);
        Assert.InRange(read, found, mostRead);
    }

    [Theory]
    [InlineData("^abc", "")]
    [InlineData("^abc", "i")]
    [InlineData("^abc", "m")]
    [InlineData("^a bc", "x")]
    [InlineData("^ab*c", "")]
    [InlineData("^ab?c", "")]
    [InlineData("^ab{0,1}c", "")]
    [InlineData("^ab+c", "")]
    [InlineData("^a\\.c", "")]
    [InlineData("^a.c", "")]
    [InlineData("^abc|^x", "")]
    [InlineData("^(abc|x)", "")]
    [InlineData("^\\w", "")]
    [InlineData("^é", "")]
    public async Task A_pattern_finds_the_same_by_an_index(string pattern, string options)
    {
        var things = server.NewCollection();
        await things.IndexAsync("{s: 1}");
        await things.InsertManyAsync(new[] { "abc", "ABC", "ac", "abbc", "a.c", "x", "y\nabc", "a bc", "éa", "e", "" }.Select((s, i) => new BsonDocument { { "_id", i }, { "s", s } })
            .Append(new() { { "_id", 20 }, { "s", new BsonRegularExpression(pattern, options) } }).Append(new() { { "_id", 21 }, { "s", new BsonArray { 1, "abc" } } }), cancellationToken: Find.Ct);
        var filter = new BsonDocument("s", new BsonRegularExpression(pattern, options));

        var expected = await things.Find(filter, new FindOptions { Hint = new BsonDocument("$natural", 1) }).ToListAsync(Find.Ct);

        Assert.Contains(20, expected.Select(Id));
        Assert.Equal(expected.Select(Id), (await things.Find(filter).ToListAsync(Find.Ct)).Select(Id).Order());
    }

    [Theory]
    [InlineData("[1]", "1,3")]
    [InlineData("[[1]]", "4")]
    [InlineData("1", "2")]
    public async Task An_expression_finds_arrays_gathered_from_documents_with_an_index_too(string value, string expected)
    {
        var things = server.NewCollection();
        await things.InsertAsync("{_id: 1, a: [{b: 1}]}", "{_id: 2, a: {b: 1}}", "{_id: 3, a: {b: [1]}}", "{_id: 4, a: [{b: [1]}]}");
        await things.IndexAsync("{'a.b': 1}");

        Assert.Equal(expected, await things.IdsAsync($"{{$expr: {{$eq: ['$a.b', {value}]}}}}"));
    }

    [Fact]
    public async Task A_partial_index_of_an_array_is_not_one_of_its_elements()
    {
        var things = server.NewCollection();
        await things.IndexAsync("{b: 1}", new CreateIndexOptions<BsonDocument> { PartialFilterExpression = "{a: [1, 2]}" });
        await things.InsertAsync("{_id: 1, a: 1, b: 5}", "{_id: 2, a: [1, 2], b: 5}");

        Assert.Equal("1,2", await things.IdsAsync("{a: 1, b: 5}", "{_id: 1}"));
        Assert.Equal("2", await things.IdsAsync("{a: [1, 2], b: 5}"));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 2)]
    [InlineData(-1, 1)]
    [InlineData(-1, 3)]
    public async Task A_merged_order_goes_on_from_batch_to_batch(int direction, int batch)
    {
        var things = server.NewCollection();
        await things.IndexAsync("{kind: 1, at: 1}");
        await things.InsertManyAsync(Enumerable.Range(0, 60).Select(i => new BsonDocument { { "_id", i }, { "kind", i % 4 }, { "at", (i * 7) % 20 } }), cancellationToken: Find.Ct);

        var cursor = await things.FindAsync("{kind: {$in: [0, 1, 3]}, at: {$gte: 4}}", new FindOptions<BsonDocument> { Sort = new BsonDocument("at", direction), BatchSize = batch }, Find.Ct);
        var found = await cursor.ToListAsync(Find.Ct);

        var expected = Enumerable.Range(0, 60).Where(i => i % 4 != 2 && (i * 7) % 20 >= 4);
        Assert.Equal(expected.Order(), found.Select(Id).Order());
        Assert.Equal(found.Select(d => d["at"].AsInt32 * direction).Order(), found.Select(d => d["at"].AsInt32 * direction));
    }

    private static int Id(BsonDocument document) => document["_id"].AsInt32;

    private static Gen<int> Direction() => Gen.OneOf(1, -1);

    private static Gen<BsonValue?> Optional(Gen<BsonValue> gen) => Gen.Frequency((1, Gen.Const((BsonValue?)null)), (5, gen.Select(v => (BsonValue?)v)));

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("embedded-mongo-tests-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
