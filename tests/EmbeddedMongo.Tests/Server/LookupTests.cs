using MongoDB.Bson;
using MongoDB.Driver;
using static Visuels.EmbeddedMongo.Tests.Language.Bson;
using static Visuels.EmbeddedMongo.Tests.Server.Find;

namespace Visuels.EmbeddedMongo.Tests.Server;

public class LookupTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    // From MongoDB's own table of what joins what: the local documents that a foreign value is joined by.
    [Theory]
    [InlineData("b", "{b: null}", "0,1,2,10")]
    [InlineData("b", "{other: 1}", "0,1,2,10")]
    [InlineData("b", "{b: 1}", "2,20,27,28")]
    [InlineData("b", "{b: [1, 7]}", "2,20,27,28")]
    [InlineData("b", "{b: [null, 1]}", "0,1,2,10,20,22,27,28")]
    [InlineData("b", "{b: []}", "29")]
    [InlineData("b.x", "{b: [{x: 1}, {x: 7}]}", "2,20,27,28")]
    [InlineData("b", "{b: {x: null}}", "21")]
    [InlineData("b", "{b: NumberDecimal('0')}", "24")]
    public async Task A_document_joins_what_equals_its_field_or_one_of_its_elements(string foreignField, string foreign, string ids)
    {
        string[] documents =
        [
            "{_id: 0, no_a: 1}", "{_id: 1, a: null}", "{_id: 2, a: [null, 1]}", "{_id: 10, a: []}", "{_id: 20, a: 1}", "{_id: 21, a: {x: null}}",
            "{_id: 22, a: [[null, 1], 2]}", "{_id: 23, a: false}", "{_id: 24, a: 0}", "{_id: 25, a: {}}", "{_id: 26, a: ''}",
            "{_id: 27, a: [1, [2, 3]]}", "{_id: 28, a: [1.0]}", "{_id: 29, a: [[]]}",
        ];

        foreach (var index in new[] { null, foreignField })
        {
            var (local, other) = await JoinedAsync(documents, foreign);

            if (index is not null)
            {
                await other.IndexAsync($"{{'{index}': 1}}");
            }

            Assert.Equal(ids, await MatchedAsync(local, $"{{from: '{Name(other)}', localField: 'a', foreignField: '{foreignField}', as: 'm'}}"));
        }
    }

    [Theory]
    [InlineData("a.x", "{b: 1}", "0,1,2,3,6")]
    [InlineData("a.x", "{b: null}", "4,5,7")]
    [InlineData("a.0.x", "{b: 1}", "1,3")]
    [InlineData("a.x", "{b: []}", "6")]
    public async Task A_path_joins_by_all_that_it_leads_to(string localField, string foreign, string ids)
    {
        var (local, other) = await JoinedAsync(
            ["{_id: 0, a: {x: 1}}", "{_id: 1, a: [{x: 1}, {x: 2}]}", "{_id: 2, a: {x: [1, 2]}}", "{_id: 3, a: [{x: [3, 1]}]}", "{_id: 4, a: [1]}",
                "{_id: 5, a: {x: []}}", "{_id: 6, a: [{y: 1}, {x: [[], 1]}]}", "{_id: 7}"],
            foreign);

        Assert.Equal(ids, await MatchedAsync(local, $"{{from: '{Name(other)}', localField: '{localField}', foreignField: 'b', as: 'm'}}"));
    }

    [Fact]
    public async Task A_regular_expression_joins_itself_and_no_text()
    {
        var (local, other) = await JoinedAsync(["{_id: 1, a: [/x/, 'y']}", "{_id: 2, a: /x/}", "{_id: 3, a: [/x/, 'y']}"], "{_id: 1, b: /x/}", "{_id: 2, b: 'xx'}", "{_id: 3, b: 'y'}");

        Same("[{_id: 1, m: [1, 3]}, {_id: 2, m: [1]}, {_id: 3, m: [1, 3]}]", await RunAsync(local,
            $"[{{$lookup: {{from: '{Name(other)}', localField: 'a', foreignField: 'b', as: 'm'}}}}, {{$project: {{m: '$m._id'}}}}]"));
    }

    [Fact]
    public async Task The_result_takes_the_place_of_what_was_at_its_path()
    {
        var (local, other) = await JoinedAsync(["{_id: 1, a: 1, o: {p: 1}, s: 5}"], "{_id: 9, b: 1}");

        foreach (var (path, expected) in new[] { ("a", "a: [{_id: 9, b: 1}], o: {p: 1}, s: 5"), ("o.q", "a: 1, o: {p: 1, q: [{_id: 9, b: 1}]}, s: 5"), ("s.t", "a: 1, o: {p: 1}, s: {t: [{_id: 9, b: 1}]}") })
        {
            Same($"[{{_id: 1, {expected}}}]", await RunAsync(local, $"[{{$lookup: {{from: '{Name(other)}', localField: 'a', foreignField: 'b', as: '{path}'}}}}]"));
        }
    }

    [Fact]
    public async Task A_collection_that_does_not_exist_joins_nothing()
    {
        var (local, _) = await JoinedAsync(["{_id: 1}"]);

        Same("[{_id: 1, m: [], n: []}]", await RunAsync(local,
            "[{$lookup: {from: 'nowhere', localField: 'a', foreignField: 'b', as: 'm'}}, {$lookup: {from: 'nowhere', pipeline: [], as: 'n'}}]"));
    }

    [Fact]
    public async Task A_pipeline_sees_the_document_by_its_variables_alone()
    {
        var (orders, stock) = await JoinedAsync(["{_id: 1, item: 'almonds', ordered: 2}", "{_id: 2, item: 'pecans', ordered: 1}", "{_id: 3, item: 'cookies', ordered: 60}"],
            "{_id: 1, item: 'almonds', inStock: 120, w: 'A'}", "{_id: 2, item: 'pecans', inStock: 80, w: 'A'}", "{_id: 3, item: 'almonds', inStock: 60, w: 'B'}",
            "{_id: 4, item: 'cookies', inStock: 40, w: 'B'}", "{_id: 5, item: 'cookies', inStock: 80, w: 'A'}");
        const string let = "let: {item: '$item', count: '$ordered', gone: '$none'}";

        foreach (var _ in new[] { false, true })
        {
            Same("[{_id: 1, s: [1, 3]}, {_id: 2, s: [2]}, {_id: 3, s: [5]}]", await RunAsync(orders,
                $"[{{$lookup: {{from: '{Name(stock)}', {let}, pipeline: [{{$match: {{$expr: {{$and: [{{$eq: ['$item', '$$item']}}, {{$gte: ['$inStock', '$$count']}}]}}}}}}, {{$sort: {{_id: 1}}}}], as: 's'}}}}, {{$project: {{s: '$s._id'}}}}]"));
            Same("[{_id: 1, s: [{w: 'A', n: 3, g: 'missing'}]}]", await RunAsync(orders,
                $"[{{$limit: 1}}, {{$lookup: {{from: '{Name(stock)}', {let}, pipeline: [{{$sort: {{w: 1, _id: 1}}}}, {{$limit: 1}}, {{$project: {{_id: 0, w: 1, n: {{$add: [1, '$$count']}}, g: {{$type: '$$gone'}}}}}}], as: 's'}}}}, {{$project: {{s: 1}}}}]"));
            await stock.IndexAsync("{item: 1}");
        }
    }

    [Fact]
    public async Task A_random_pipeline_is_run_for_each_document()
    {
        var (local, other) = await JoinedAsync(["{_id: 1}", "{_id: 2}"], "{_id: 9}");

        var joined = await RunAsync(local, $"[{{$lookup: {{from: '{Name(other)}', pipeline: [{{$addFields: {{r: {{$rand: {{}}}}}}}}], as: 'm'}}}}]");

        Assert.NotEqual(joined[0]["m"][0]["r"], joined[1]["m"][0]["r"]);
    }

    [Fact]
    public async Task Equality_and_pipeline_go_together()
    {
        var (local, other) = await JoinedAsync(["{_id: 1, a: 1, min: 5}", "{_id: 2, a: 2, min: 0}"], "{_id: 1, b: 1, n: 4}", "{_id: 2, b: 1, n: 6}", "{_id: 3, b: 2, n: 0}");

        Same("[{_id: 1, m: [2]}, {_id: 2, m: [3]}]", await RunAsync(local,
            $"[{{$lookup: {{from: '{Name(other)}', localField: 'a', foreignField: 'b', let: {{min: '$min'}}, pipeline: [{{$match: {{$expr: {{$gte: ['$n', '$$min']}}}}}}], as: 'm'}}}}, {{$project: {{m: '$m._id'}}}}]"));
    }

    [Fact]
    public async Task Lookups_nest_and_see_outer_variables()
    {
        var (local, other) = await JoinedAsync(["{_id: 1, a: 1}", "{_id: 2, a: 2}"], "{_id: 10, b: 1, c: 7}", "{_id: 11, b: 2, c: 8}");
        var third = server.NewCollection();
        await third.InsertAsync("{_id: 20, d: 7}", "{_id: 21, d: 8}");

        Same("[{_id: 1, a: 1, m: [{_id: 10, b: 1, c: 7, t: [{_id: 20, d: 7, sum: 8}]}]}, {_id: 2, a: 2, m: [{_id: 11, b: 2, c: 8, t: [{_id: 21, d: 8, sum: 10}]}]}]", await RunAsync(local,
            $"[{{$lookup: {{from: '{Name(other)}', as: 'm', let: {{a: '$a'}}, pipeline: [{{$match: {{$expr: {{$eq: ['$b', '$$a']}}}}}}, {{$lookup: {{from: '{Name(third)}', as: 't', let: {{c: '$c'}}, pipeline: [{{$match: {{$expr: {{$eq: ['$d', '$$c']}}}}}}, {{$addFields: {{sum: {{$add: ['$$a', '$d']}}}}}}]}}}}]}}}}]"));
    }

    [Fact]
    public async Task Lookups_work_inside_facets_and_across_batches()
    {
        var (local, other) = await JoinedAsync([.. Enumerable.Range(0, 300).Select(i => $"{{_id: {i}, a: {i % 3}}}")], "{_id: 1, b: 1}", "{_id: 2, b: 2}");
        var lookup = $"{{$lookup: {{from: '{Name(other)}', localField: 'a', foreignField: 'b', as: 'm'}}}}";

        Same("[{x: [{_id: 0, a: 0, m: []}, {_id: 1, a: 1, m: [{_id: 1, b: 1}]}], y: [{n: 300}]}]",
            await RunAsync(local, $"[{{$facet: {{x: [{{$limit: 2}}, {lookup}], y: [{{$count: 'n'}}]}}}}]"));

        var cursor = await local.AggregateAsync<BsonDocument>(new BsonDocument[] { Doc(lookup), Doc("{$unwind: '$m'}") }, new() { BatchSize = 7 }, Ct);
        Assert.Equal(200, (await cursor.ToListAsync(Ct)).Count);
    }

    [Fact]
    public async Task A_join_of_thousands_by_thousands_takes_no_time_with_an_index_or_without()
    {
        var (local, other) = await JoinedAsync([.. Enumerable.Range(0, 3000).Select(i => $"{{_id: {i}, a: {i}}}")], [.. Enumerable.Range(0, 3000).Select(i => $"{{_id: {i}, b: {i}}}")]);
        var pipeline = $"[{{$lookup: {{from: '{Name(other)}', localField: 'a', foreignField: 'FIELD', as: 'm'}}}}, {{$match: {{m: {{$size: 1}}}}}}, {{$count: 'n'}}]";
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Same("[{n: 3000}]", await RunAsync(local, pipeline.Replace("FIELD", "b", StringComparison.Ordinal)));
        Same("[{n: 3000}]", await RunAsync(local, pipeline.Replace("FIELD", "_id", StringComparison.Ordinal)));
        Same("[{n: 3000}]", await RunAsync(local,
            $"[{{$lookup: {{from: '{Name(other)}', let: {{a: '$a'}}, pipeline: [{{$match: {{$expr: {{$eq: ['$b', '$$a']}}}}}}], as: 'm'}}}}, {{$match: {{m: {{$size: 1}}}}}}, {{$count: 'n'}}]"));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20); // 9 million comparisons would take minutes
    }

    [Theory]
    [InlineData("1", 9)]
    [InlineData("{}", 9)]
    [InlineData("{from: 'x', as: 'm'}", 9)]
    [InlineData("{from: 'x', localField: 'a', as: 'm'}", 9)]
    [InlineData("{from: 'x', foreignField: 'a', pipeline: [], as: 'm'}", 9)]
    [InlineData("{from: 'x', localField: 'a', foreignField: 'b'}", 9)]
    [InlineData("{localField: 'a', foreignField: 'b', as: 'm'}", 9)]
    [InlineData("{from: 'x', localField: 'a', foreignField: 'b', as: 1}", 9)]
    [InlineData("{from: {db: 'a', coll: 'b'}, pipeline: [], as: 'm'}", 9)]
    [InlineData("{from: 'x', pipeline: [], as: 'm', unknown: 'y'}", 9)]
    [InlineData("{from: 'x', pipeline: [], as: 'm', let: 1}", 9)]
    [InlineData("{from: 'x', localField: 'a', foreignField: 'b', as: 'm', let: {v: 1}}", 9)]
    [InlineData("{from: 'x', pipeline: [], as: 'm', let: {V: 1}}", 9)]
    [InlineData("{from: 'x', pipeline: 1, as: 'm'}", 14)]
    [InlineData("{from: 'x', pipeline: [1], as: 'm'}", 14)]
    [InlineData("{from: 'x', pipeline: [], as: '$m'}", 16410)]
    [InlineData("{from: 'x', localField: '$a', foreignField: 'b', as: 'm'}", 16410)]
    [InlineData("{from: 'x$y', pipeline: [], as: 'm'}", 73)]
    [InlineData("{from: 'x', pipeline: [{$nonsense: 1}], as: 'm'}", 40324)]
    [InlineData("{from: 'x', pipeline: [{$match: {a: {$nonsense: 1}}}], as: 'm'}", 2)]
    [InlineData("{from: 'x', pipeline: [{$match: {$expr: '$$v'}}], as: 'm'}", 17276)]
    [InlineData("{pipeline: [{$documents: []}], as: 'm'}", 238)]
    public async Task A_malformed_lookup_is_refused_with_MongoDBs_code(string lookup, int code) =>
        Assert.Equal(code, await server.RefusalAsync($"{{aggregate: 'none', pipeline: [{{$lookup: {lookup}}}], cursor: {{}}}}"));

    private static string Name(IMongoCollection<BsonDocument> collection) => collection.CollectionNamespace.CollectionName;

    private async Task<(IMongoCollection<BsonDocument> Local, IMongoCollection<BsonDocument> Foreign)> JoinedAsync(string[] local, params string[] foreign)
    {
        var (here, there) = (server.NewCollection(), server.NewCollection());
        await here.InsertAsync(local);

        if (foreign.Length > 0)
        {
            await there.InsertAsync(foreign);
        }

        return (here, there);
    }

    private static async Task<BsonArray> RunAsync(IMongoCollection<BsonDocument> collection, string pipeline) =>
        [.. await (await collection.AggregateAsync<BsonDocument>(Arr(pipeline).Cast<BsonDocument>().ToArray(), cancellationToken: Ct)).ToListAsync(Ct)];

    /// <summary>The documents that joined anything.</summary>
    private static async Task<string> MatchedAsync(IMongoCollection<BsonDocument> local, string lookup) =>
        string.Join(",", (await RunAsync(local, $"[{{$lookup: {lookup}}}, {{$match: {{m: {{$ne: []}}}}}}]")).Select(d => d["_id"]));
}
