using CsCheck;
using MongoDB.Bson;
using MongoDB.Driver;
using static Visuels.EmbeddedMongo.Tests.Language.Bson;
using static Visuels.EmbeddedMongo.Tests.Server.Find;

namespace Visuels.EmbeddedMongo.Tests.Server;

public class AggregationTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    [Fact]
    public async Task Pipelines_mean_what_the_oracle_says_with_indexes_and_without()
    {
        var (plain, indexed, other) = (server.NewCollection(), server.NewCollection(), server.NewCollection());
        await other.InsertManyAsync(PipelineOracle.Other, cancellationToken: Ct);

        foreach (var index in new[] { "{k: 1, n: 1}", "{n: -1}", "{a: 1}" })
        {
            await indexed.IndexAsync(index);
            await other.IndexAsync(index);
        }

        await PipelineOracle.Documents.Array[0, 30].SelectMany(documents => PipelineOracle.Pipelines.Array[10].Select(pipelines => (documents, pipelines))).SampleAsync(async run =>
        {
            var documents = run.documents.Select((d, i) => new BsonDocument("_id", i).Merge(d)).ToList();

            foreach (var collection in new[] { plain, indexed })
            {
                await collection.DeleteManyAsync("{}", Ct);

                if (documents.Count > 0)
                {
                    await collection.InsertManyAsync(documents, cancellationToken: Ct);
                }

                foreach (var pipeline in run.pipelines)
                {
                    var text = $"[{string.Join(", ", pipeline.Select(p => p.Stage))}]".Replace("OTHER", other.CollectionNamespace.CollectionName, StringComparison.Ordinal);
                    var expected = pipeline.Aggregate(documents, (found, stage) => [.. stage.Meaning(found)]);
                    Assert.True(Bag(expected) == Bag(await RunAsync(collection, text)), $"{text}\nof {new BsonArray(documents)}\nexpected {Bag(expected)}");
                }
            }
        }, iter: 25, threads: 1);
    }

    [Theory]
    [InlineData("[{$match: {a: {$gt: 2}}}, {$count: 'n'}]", "[{n: 7}]")]
    [InlineData("[{$match: {a: {$gt: 2}}}, {$skip: 3}, {$limit: 3}, {$group: {_id: 1, n: {$sum: 1}}}]", "[{_id: 1, n: 3}]")]
    [InlineData("[{$limit: 4}, {$skip: 3}, {$count: 'n'}]", "[{n: 1}]")]
    [InlineData("[{$limit: 3}, {$skip: 3}, {$count: 'n'}]", "[]")]
    [InlineData("[{$match: {a: 99}}, {$group: {_id: 1, n: {$sum: 1}}}]", "[]")]
    [InlineData("[{$sort: {a: 1}}, {$skip: 3}, {$count: 'n'}]", "[{n: 7}]")]
    [InlineData("[{$count: 'n'}, {$project: {m: '$n'}}]", "[{m: 10}]")]
    public async Task Counts_are_ints(string pipeline, string expected)
    {
        var collection = server.NewCollection();
        await collection.InsertAsync([.. Enumerable.Range(0, 10).Select(i => $"{{_id: {i}, a: {i}}}")]);
        await collection.IndexAsync("{a: 1}");

        Same(expected, await RunAsync(collection, pipeline));
    }

    [Theory]
    [InlineData("[{$sort: {a: -1}}, {$skip: 2}, {$limit: 3}]", "7,6,5")]
    [InlineData("[{$sort: {a: -1}}, {$match: {a: {$lt: 5}}}, {$limit: 2}]", "4,3")]
    [InlineData("[{$project: {a: 1}}, {$match: {a: {$gt: 7}}}, {$sort: {a: 1}}]", "8,9")]
    [InlineData("[{$sort: {b: 1, a: 1}}, {$limit: 3}]", "0,3,6")]
    [InlineData("[{$sort: {a: 1}}, {$limit: 5}, {$skip: 5}]", "")]
    public async Task Sorted_parts_are_those_that_find_gives(string pipeline, string ids)
    {
        foreach (var isIndexed in new[] { false, true })
        {
            var collection = server.NewCollection();
            await collection.InsertAsync([.. Enumerable.Range(0, 10).Select(i => $"{{_id: {i}, a: {i}, b: {i % 3}}}")]);

            if (isIndexed)
            {
                await collection.IndexAsync("{a: 1}");
            }

            Assert.Equal(ids, string.Join(",", (await RunAsync(collection, pipeline)).Select(d => d["_id"])));
        }
    }

    [Theory]
    [InlineData("{$eq: ['$a', 2]}", "2")]
    [InlineData("{$eq: [[1, 2], '$a']}", "4")]
    [InlineData("{$eq: ['$a', null]}", "5")]
    [InlineData("{$eq: ['$a', '$none']}", "6")]
    [InlineData("{$and: [{$eq: ['$a.b', 1]}, {$gt: ['$_id', 0]}]}", "7")]
    [InlineData("{$or: [{$eq: ['$a', 1]}, {$eq: ['$a', 2]}]}", "1,2")]
    [InlineData("{$not: [{$eq: ['$a', 1]}]}", "2,3,4,5,6,7,8")]
    public async Task An_expression_finds_the_same_with_an_index(string expression, string ids)
    {
        var collection = server.NewCollection();
        await collection.InsertAsync("{_id: 1, a: 1}", "{_id: 2, a: 2.0}", "{_id: 3, a: [2]}", "{_id: 4, a: [1, 2]}", "{_id: 5, a: null}", "{_id: 6}", "{_id: 7, a: {b: 1}}", "{_id: 8, a: [{b: 1}]}");

        foreach (var index in new[] { "{_id: 1}", "{a: 1}", "{'a.b': 1}" })
        {
            await collection.IndexAsync(index);
            Assert.Equal(ids, await collection.IdsAsync($"{{$expr: {expression}}}", "{_id: 1}"));
        }
    }

    [Fact]
    public async Task A_text_search_leads_a_pipeline_and_orders_it()
    {
        var collection = server.NewCollection();
        await collection.InsertAsync("{_id: 1, t: 'tea'}", "{_id: 2, t: 'tea tea cake'}", "{_id: 3, t: 'coffee'}");
        await collection.IndexAsync("{t: 'text'}");

        Same("[{_id: 1}, {_id: 2}]", await RunAsync(collection, "[{$match: {$text: {$search: 'tea'}}}, {$sort: {score: {$meta: 'textScore'}}}, {$project: {_id: 1}}, {$sort: {_id: 1}}]"));
        Same("[{n: 2}]", await RunAsync(collection, "[{$match: {$text: {$search: 'tea'}}}, {$match: {_id: {$gt: 0}}}, {$count: 'n'}]"));
        Assert.Equal(17313, await server.RefusalAsync("{aggregate: 'x', pipeline: [{$sort: {a: 1}}, {$match: {$text: {$search: 'tea'}}}], cursor: {}}"));
        Assert.Equal(17313, await server.RefusalAsync("{aggregate: 'x', pipeline: [{$match: {}}, {$match: {$and: [{$text: {$search: 'tea'}}]}}], cursor: {}}"));
    }

    [Fact]
    public async Task A_collection_joins_itself_batch_by_batch()
    {
        var collection = server.NewCollection();
        await collection.InsertAsync([.. Enumerable.Range(0, 250).Select(i => $"{{_id: {i}, next: {i + 1}}}")]);
        var name = collection.CollectionNamespace.CollectionName;

        foreach (var foreign in new[] { "_id", "next" })
        {
            var found = await RunAsync(collection,
                $"[{{$lookup: {{from: '{name}', localField: 'next', foreignField: '{foreign}', as: 'm'}}}}, {{$match: {{m: {{$size: 1}}}}}}]", new() { BatchSize = 9 });
            Assert.Equal(foreign == "_id" ? 249 : 250, found.Count);
        }
    }

    [Fact]
    public async Task A_result_of_more_than_16_MB_is_refused_and_one_on_the_way_is_not()
    {
        var collection = server.NewCollection();
        await collection.InsertManyAsync(Enumerable.Range(0, 20).Select(i => new BsonDocument { { "_id", i }, { "t", new string('x', 1 << 20) } }), cancellationToken: Ct);
        const string group = "{$group: {_id: null, t: {$push: '$t'}}}";

        Assert.Equal(10334, (await Assert.ThrowsAsync<MongoCommandException>(() => RunAsync(collection, $"[{group}]"))).Code);
        Same("[{_id: null, n: 20}]", await RunAsync(collection, $"[{group}, {{$project: {{n: {{$size: '$t'}}}}}}]"));
    }

    [Fact]
    public async Task What_does_not_fit_in_memory_is_refused()
    {
        var collection = server.NewCollection();
        await collection.InsertManyAsync(Enumerable.Range(0, 11).Select(i => new BsonDocument { { "_id", i }, { "t", new string('x', 10_000_000) } }), cancellationToken: Ct);

        foreach (var (stages, code) in new[] { ("{$sort: {t: 1}}", 292), ("{$addFields: {x: 1}}, {$sort: {t: 1}}", 292), ("{$facet: {a: []}}", 292), ("{$group: {_id: '$_id', t: {$first: '$t'}}}", 292) })
        {
            var options = new AggregateOptions { AllowDiskUse = true };
            var count = $"[{stages}, {{$unset: ['t', 'a']}}, {{$group: {{_id: null, n: {{$sum: 1}}}}}}]";

            Assert.Equal(code, (await Assert.ThrowsAsync<MongoCommandException>(() => RunAsync(collection, count, options))).Code);
        }

        Assert.Single(await RunAsync(collection, "[{$group: {_id: null, t: {$max: '$t'}}}, {$unset: 't'}]"));
        Assert.Single(await RunAsync(collection, "[{$sort: {t: 1}}, {$limit: 1}, {$project: {_id: 1}}]"));
    }

    [Theory]
    [InlineData("{aggregate: 1, pipeline: [], cursor: {}}", 73)]
    [InlineData("{aggregate: 1, pipeline: [{$match: {}}], cursor: {}}", 73)]
    [InlineData("{aggregate: 1, pipeline: [{$documents: []}], cursor: {}}", 238)]
    [InlineData("{aggregate: 2, pipeline: [], cursor: {}}", 9)]
    [InlineData("{aggregate: 'none', pipeline: [{$project: {s: {$meta: 'textScore'}}}], cursor: {}}", 40218)]
    [InlineData("{aggregate: 'none', pipeline: [{$match: {$expr: {$meta: 'textScore'}}}], cursor: {}}", 40218)]
    [InlineData("{aggregate: 'none', pipeline: [{$group: {_id: {$meta: 'textScore'}}}], cursor: {}}", 40218)]
    [InlineData("{aggregate: 'none', pipeline: [{$facet: {a: [{$addFields: {s: {$meta: 'textScore'}}}]}}], cursor: {}}", 40218)]
    [InlineData("{findAndModify: 'none', query: {}, update: [{$set: {s: {$meta: 'textScore'}}}]}", 40218)]
    [InlineData("{aggregate: 'none', pipeline: [{$sort: {s: {$meta: 'textScore'}}}], cursor: {}}", 40218)]
    [InlineData("{aggregate: 'x', pipeline: {}, cursor: {}}", 14)]
    [InlineData("{aggregate: 'x', pipeline: [{$project: {a: {$divide: [1, 0]}}}], cursor: {}}", 2)]
    public async Task Malformed_aggregations_are_refused_with_MongoDBs_code(string command, int code) => Assert.Equal(code, await server.RefusalAsync(command));

    private static string Bag(IEnumerable<BsonValue> documents) => string.Join("\n", documents.Select(d => new BsonDocument(d.AsBsonDocument.OrderBy(e => e.Name)).ToString()).Order(StringComparer.Ordinal));

    private static async Task<BsonArray> RunAsync(IMongoCollection<BsonDocument> collection, string pipeline, AggregateOptions? options = null) =>
        [.. await (await collection.AggregateAsync<BsonDocument>(Arr(pipeline).Cast<BsonDocument>().ToArray(), options, Ct)).ToListAsync(Ct)];
}
