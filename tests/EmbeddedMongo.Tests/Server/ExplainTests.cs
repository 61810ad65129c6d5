using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>explain shows MongoDB's plans, by the names MongoDB gives their stages, and counts what was really read.</summary>
public sealed class ExplainTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    [Theory]
    [InlineData("filter: {}", "COLLSCAN")]
    [InlineData("filter: {z: 1}", "COLLSCAN")]
    [InlineData("filter: {_id: 3}", "IDHACK")]
    [InlineData("filter: {_id: 3}, projection: {a: 1}", "PROJECTION_SIMPLE,IDHACK")]
    [InlineData("filter: {_id: 3}, skip: 1", "SKIP,FETCH,IXSCAN")]
    [InlineData("filter: {_id: 3}, hint: '_id_'", "FETCH,IXSCAN")]
    [InlineData("filter: {_id: {$gt: 3}}", "FETCH,IXSCAN")]
    [InlineData("filter: {a: 1}", "FETCH,IXSCAN")]
    [InlineData("filter: {a: 1}, hint: {$natural: 1}", "COLLSCAN")]
    [InlineData("filter: {a: 1}, sort: {b: 1}", "FETCH,IXSCAN")]
    [InlineData("filter: {a: 1}, sort: {b: -1}", "FETCH,IXSCAN")]
    [InlineData("filter: {a: 1}, sort: {c: 1}", "SORT,FETCH,IXSCAN")]
    [InlineData("filter: {a: {$in: [1, 2]}}, sort: {b: 1}, limit: 2", "LIMIT,FETCH,SORT_MERGE")]
    [InlineData("filter: {a: {$in: [1, 2]}}, sort: {a: 1, b: -1}", "FETCH,IXSCAN")]
    [InlineData("filter: {a: {$in: [1, 2]}}, sort: {a: 1, b: 1}", "SORT,FETCH,IXSCAN")]
    [InlineData("filter: {a: {$in: [1, 2]}}, sort: {b: 1, a: 1}", "SORT,FETCH,IXSCAN")]
    [InlineData("sort: {z: 1}, limit: 2", "SORT,COLLSCAN")]
    [InlineData("sort: {z: 1}, limit: 2, skip: 1", "SKIP,SORT,COLLSCAN")]
    [InlineData("filter: {a: 1}, limit: 2, skip: 1, projection: {b: 1}", "LIMIT,PROJECTION_SIMPLE,SKIP,FETCH,IXSCAN")]
    [InlineData("projection: {'b.c': 1}", "PROJECTION_DEFAULT,COLLSCAN")]
    [InlineData("projection: {b: {$slice: 1}}", "PROJECTION_DEFAULT,COLLSCAN")]
    [InlineData("filter: {$or: [{a: 1}, {_id: 3}]}", "SUBPLAN,FETCH,OR")]
    [InlineData("filter: {$or: [{a: 1}, {z: 3}]}", "COLLSCAN")]
    [InlineData("filter: {s: null}", "COLLSCAN")]
    [InlineData("filter: {s: {$gt: 0}}", "FETCH,IXSCAN")]
    [InlineData("filter: {p: 1}", "COLLSCAN")]
    [InlineData("filter: {p: 1, open: true}", "FETCH,IXSCAN")]
    [InlineData("filter: {hidden: 1}", "COLLSCAN")]
    [InlineData("filter: {$text: {$search: 'gold'}}", "TEXT_MATCH,TEXT_OR,IXSCAN")]
    [InlineData("filter: {$text: {$search: 'gold'}, a: 1}", "FETCH,TEXT_MATCH,TEXT_OR,IXSCAN")]
    public async Task A_find_names_the_stages_it_goes_through(string find, string stages)
    {
        await FillAsync();

        var explained = await server.RunAsync($"{{explain: {{find: '{Name}', {find}}}, verbosity: 'executionStats'}}");

        Assert.Equal(stages, Stages(explained["queryPlanner"]["winningPlan"]));
        Assert.Equal(stages, Stages(explained["executionStats"]["executionStages"]));
    }

    [Theory]
    [InlineData("filter: {a: 1}", 4, 4, 4)]
    [InlineData("filter: {a: 1, c: 5}", 1, 4, 4)]
    [InlineData("filter: {a: {$in: [1, 2]}}", 7, 7, 7)]
    [InlineData("filter: {a: 1}, limit: 2", 2, 2, 2)]
    [InlineData("filter: {a: 1}, sort: {c: 1}, limit: 2", 2, 4, 4)]
    [InlineData("filter: {a: 1}, skip: 3", 1, 4, 4)]
    [InlineData("filter: {a: {$in: [1, 2]}}, sort: {b: 1}, limit: 2", 2, 3, 2)]
    [InlineData("filter: {z: 1}", 0, 0, 10)]
    [InlineData("filter: {_id: 3}", 1, 1, 1)]
    [InlineData("filter: {_id: 77}", 0, 0, 0)]
    [InlineData("filter: {tags: {$in: ['x', 'y']}}", 2, 3, 2)]
    [InlineData("filter: {$or: [{a: 1}, {_id: {$lt: 2}}]}", 4, 6, 4)]
    [InlineData("filter: {$text: {$search: 'gold silver'}}", 2, 3, 2)]
    [InlineData("limit: 3", 3, 0, 3)]
    public async Task What_was_read_and_returned_is_counted(string find, int returned, int keys, int documents)
    {
        await FillAsync();

        var statistics = (await server.RunAsync($"{{explain: {{find: '{Name}', {find}}}, verbosity: 'executionStats'}}"))["executionStats"].AsBsonDocument;

        Assert.True(statistics["executionSuccess"].AsBoolean);
        Assert.Equal((returned, keys, documents), (statistics["nReturned"].AsInt32, statistics["totalKeysExamined"].AsInt32, statistics["totalDocsExamined"].AsInt32));
        Assert.Equal(returned, statistics["executionStages"]["nReturned"]);
    }

    [Fact]
    public async Task An_index_scan_describes_its_index()
    {
        await FillAsync();

        var plan = await PlanAsync("filter: {a: 1, b: {$gte: 2, $lt: 5}}");

        Assert.Equal(BsonDocument.Parse("""
            {stage: 'FETCH', filter: {$and: [{a: {$eq: 1}}, {b: {$gte: 2}}, {b: {$lt: 5}}]}, inputStage: {
                stage: 'IXSCAN', keyPattern: {a: 1, b: -1}, indexName: 'a_1_b_-1', isMultiKey: false, isUnique: false, isSparse: false, isPartial: false,
                indexVersion: 2, direction: 'forward', indexBounds: {a: ['[1, 1]'], b: ['(5, 2]']}}}
            """), plan);
        Assert.True((await PlanAsync("filter: {tags: 'x'}"))["inputStage"]["isMultiKey"].AsBoolean);
        Assert.True((await PlanAsync("filter: {s: 1}"))["inputStage"]["isSparse"].AsBoolean);
        Assert.True((await PlanAsync("filter: {p: 1, open: true}"))["inputStage"]["isPartial"].AsBoolean);
        Assert.True((await PlanAsync("filter: {_id: {$gt: 1}}"))["inputStage"]["isUnique"].AsBoolean);
    }

    [Theory]
    [InlineData("filter: {a: {$gt: 5}}", "['(5, inf]']", "['[MaxKey, MinKey]']")]
    [InlineData("filter: {a: {$lte: 5.5}}", "['[-inf, 5.5]']", "['[MaxKey, MinKey]']")]
    [InlineData("filter: {a: {$gt: 'm'}}", "['(\"m\", {})']", "['[MaxKey, MinKey]']")]
    [InlineData("filter: {a: {$lt: 'm'}}", "['[\"\", \"m\")']", "['[MaxKey, MinKey]']")]
    [InlineData("filter: {a: {$in: [3, 1, 'x']}}", "['[1, 1]', '[3, 3]', '[\"x\", \"x\"]']", "['[MaxKey, MinKey]']")]
    [InlineData("filter: {a: null}", "['[undefined, undefined]', '[null, null]']", "['[MaxKey, MinKey]']")]
    [InlineData("filter: {a: {$gte: ISODate('1970-01-01T00:00:01Z')}}", "['[new Date(1000), new Date(9223372036854775807)]']", "['[MaxKey, MinKey]']")]
    [InlineData("filter: {a: {$gte: true}}", "['[true, true]']", "['[MaxKey, MinKey]']")]
    [InlineData("filter: {a: /^ab/}", "['[\"ab\", \"ac\")', '[/^ab/, /^ab/]']", "['[MaxKey, MinKey]']")]
    [InlineData("filter: {a: 1}, sort: {b: 1}", "['[1, 1]']", "['[MinKey, MaxKey]']")]
    [InlineData("sort: {a: 1, b: -1}", "['[MinKey, MaxKey]']", "['[MaxKey, MinKey]']")]
    [InlineData("filter: {a: {$gt: 5}}, sort: {a: -1, b: 1}", "['[inf, 5)']", "['[MinKey, MaxKey]']")]
    public async Task Bounds_are_written_as_MongoDB_writes_them(string find, string a, string b)
    {
        await FillAsync();

        var bounds = (await PlanAsync(find))["inputStage"]["indexBounds"];

        Assert.Equal(BsonDocument.Parse($"{{a: {a}, b: {b}}}"), bounds);
    }

    [Fact]
    public async Task A_backward_scan_says_so()
    {
        await FillAsync();

        Assert.Equal("backward", (await PlanAsync("sort: {a: -1, b: 1}"))["inputStage"]["direction"]);
        Assert.Equal("backward", (await PlanAsync("sort: {$natural: -1}"))["direction"]);
        Assert.Equal("forward", (await PlanAsync("filter: {}"))["direction"]);
    }

    [Theory]
    [InlineData("query: {}", "RECORD_STORE_FAST_COUNT", 10, 0, 0)]
    [InlineData("query: {a: 1}", "COUNT,COUNT_SCAN", 4, 4, 0)]
    [InlineData("query: {a: {$gt: 1, $lt: 9}}", "COUNT,COUNT_SCAN", 3, 3, 0)]
    [InlineData("query: {_id: {$gte: 4}}", "COUNT,COUNT_SCAN", 6, 6, 0)]
    [InlineData("query: {a: 1, c: 5}", "COUNT,FETCH,IXSCAN", 1, 4, 4)]
    [InlineData("query: {a: null}", "COUNT,FETCH,IXSCAN", 3, 3, 3)]
    [InlineData("query: {z: {$exists: false}}", "COUNT,COLLSCAN", 10, 0, 10)]
    [InlineData("query: {tags: 'x'}", "COUNT,COUNT_SCAN", 2, 2, 0)]
    [InlineData("query: {tags: {$in: ['x', 'y']}}", "COUNT,FETCH,IXSCAN", 2, 3, 2)]
    [InlineData("query: {a: 1}, skip: 1, limit: 2", "COUNT,COUNT_SCAN", 2, 3, 0)]
    public async Task A_count_reads_keys_alone_where_they_say_it_all(string count, string stages, int counted, int keys, int documents)
    {
        await FillAsync();

        var explained = await server.RunAsync($"{{explain: {{count: '{Name}', {count}}}, verbosity: 'executionStats'}}");

        Assert.Equal(stages, Stages(explained["queryPlanner"]["winningPlan"]));
        Assert.Equal(counted, explained["executionStats"]["executionStages"]["nCounted"]);
        Assert.Equal((keys, documents), (explained["executionStats"]["totalKeysExamined"].AsInt32, explained["executionStats"]["totalDocsExamined"].AsInt32));
        Assert.Equal(counted, (await server.RunAsync($"{{count: '{Name}', {count}}}"))["n"]);
    }

    [Theory]
    [InlineData("update: 'NAME', updates: [{q: {a: 1}, u: {$set: {c: 5}}, multi: true}]", "UPDATE,FETCH,IXSCAN", "{nMatched: 4, nWouldModify: 3, nWouldUpsert: 0}")]
    [InlineData("update: 'NAME', updates: [{q: {_id: 1}, u: {$set: {c: 7}}}]", "UPDATE,IDHACK", "{nMatched: 1, nWouldModify: 1, nWouldUpsert: 0}")]
    [InlineData("update: 'NAME', updates: [{q: {z: 1}, u: {$set: {c: 7}}, upsert: true}]", "UPDATE,COLLSCAN", "{nMatched: 0, nWouldModify: 0, nWouldUpsert: 1}")]
    [InlineData("delete: 'NAME', deletes: [{q: {a: 1}, limit: 0}]", "DELETE,FETCH,IXSCAN", "{nWouldDelete: 4}")]
    [InlineData("delete: 'NAME', deletes: [{q: {a: 1}, limit: 1}]", "DELETE,FETCH,IXSCAN", "{nWouldDelete: 1}")]
    [InlineData("findAndModify: 'NAME', query: {a: 1}, sort: {c: 1}, update: {$set: {c: 9}}", "UPDATE,SORT,FETCH,IXSCAN", "{nMatched: 1, nWouldModify: 1, nWouldUpsert: 0}")]
    [InlineData("findAndModify: 'NAME', query: {_id: 2}, remove: true", "DELETE,IDHACK", "{nWouldDelete: 1}")]
    public async Task A_write_is_explained_and_not_done(string write, string stages, string counters)
    {
        await FillAsync();
        var before = await _things.Find("{}").ToListAsync(Find.Ct);

        var explained = await server.RunAsync($"{{explain: {{{write.Replace("NAME", Name, StringComparison.Ordinal)}}}, verbosity: 'executionStats'}}");

        Assert.Equal(stages, Stages(explained["queryPlanner"]["winningPlan"]));
        foreach (var counter in BsonDocument.Parse(counters))
        {
            Assert.Equal(counter.Value, explained["executionStats"]["executionStages"][counter.Name]);
        }

        Assert.Equal(before, await _things.Find("{}").ToListAsync(Find.Ct));
    }

    [Fact]
    public async Task Distinct_is_explained_by_what_it_reads()
    {
        await FillAsync();

        var explained = await server.RunAsync($"{{explain: {{distinct: '{Name}', key: 'b', query: {{a: 1}}}}, verbosity: 'executionStats'}}");

        Assert.Equal("FETCH,IXSCAN", Stages(explained["queryPlanner"]["winningPlan"]));
        Assert.Equal(4, explained["executionStats"]["totalKeysExamined"]);
    }

    [Theory]
    [InlineData("[]", "COLLSCAN", 10)]
    [InlineData("[{$match: {a: 1}}]", "FETCH,IXSCAN", 4)]
    [InlineData("[{$match: {a: 1}}, {$sort: {b: -1}}, {$limit: 2}]", "LIMIT,FETCH,IXSCAN", 2)]
    [InlineData("[{$sort: {c: 1}}, {$skip: 1}, {$limit: 2}]", "SKIP,SORT,COLLSCAN", 2)]
    public async Task An_aggregation_that_only_reads_is_explained_as_a_find(string pipeline, string stages, int returned)
    {
        await FillAsync();

        var explained = await server.RunAsync($"{{explain: {{aggregate: '{Name}', pipeline: {pipeline}, cursor: {{}}}}, verbosity: 'executionStats'}}");

        Assert.Equal(stages, Stages(explained["queryPlanner"]["winningPlan"]));
        Assert.Equal(returned, explained["executionStats"]["nReturned"]);
    }

    [Fact]
    public async Task Other_aggregations_are_explained_stage_by_stage()
    {
        await FillAsync();
        var pipeline = "[{$match: {a: 1}}, {$group: {_id: '$b', n: {$sum: 1}}}, {$match: {n: {$gt: 5}}}]";

        var stages = (await server.RunAsync($"{{explain: {{aggregate: '{Name}', pipeline: {pipeline}, cursor: {{}}}}, verbosity: 'executionStats'}}"))["stages"];

        Assert.Equal("FETCH,IXSCAN", Stages(stages[0]["$cursor"]["queryPlanner"]["winningPlan"]));
        Assert.Equal(4, stages[0]["$cursor"]["executionStats"]["totalDocsExamined"]);
        Assert.Equal([4, 4, 0], stages.AsBsonArray.Select(s => s["nReturned"].ToInt32()));
        Assert.Equal("$group", stages[1].AsBsonDocument.GetElement(0).Name);
        var planned = (await server.RunAsync($"{{aggregate: '{Name}', pipeline: {pipeline}, explain: true}}"))["stages"];
        Assert.Equal("FETCH,IXSCAN", Stages(planned[0]["$cursor"]["queryPlanner"]["winningPlan"]));
        Assert.False(planned[0].AsBsonDocument.Contains("nReturned"));
        var joined = await server.RunAsync($"{{explain: {{aggregate: '{Name}', pipeline: [{{$lookup: {{from: '{Name}', localField: 'a', foreignField: 'a', as: 'same'}}}}, {{$unwind: '$same'}}], cursor: {{}}}}}}");
        Assert.Equal(["$cursor", "$lookup", "$unwind"], joined["stages"].AsBsonArray.Select(s => s.AsBsonDocument.GetElement(0).Name));
        Assert.Equal(34, joined["stages"][2]["nReturned"].ToInt32());
    }

    [Fact]
    public async Task A_verbosity_says_how_much_is_told()
    {
        await FillAsync();
        var find = $"{{find: '{Name}', filter: {{a: 1, b: {{$ne: 2}}}}, '$db': 'ignored'}}";

        var planned = await server.RunAsync($"{{explain: {find}, verbosity: 'queryPlanner'}}");
        var executed = await server.RunAsync($"{{explain: {find}, verbosity: 'executionStats'}}");
        var all = await server.RunAsync($"{{explain: {find}}}");

        Assert.Equal(["explainVersion", "queryPlanner", "command", "serverInfo", "ok"], planned.Names);
        Assert.Equal(["explainVersion", "queryPlanner", "executionStats", "command", "serverInfo", "ok"], executed.Names);
        Assert.False(executed["executionStats"].AsBsonDocument.Contains("allPlansExecution"));
        Assert.Empty(all["executionStats"]["allPlansExecution"].AsBsonArray);
        Assert.Equal($"tests.{Name}", planned["queryPlanner"]["namespace"]);
        Assert.Equal(BsonDocument.Parse("{$and: [{a: {$eq: 1}}, {b: {$not: {$eq: 2}}}]}"), planned["queryPlanner"]["parsedQuery"]);
        Assert.Equal(BsonDocument.Parse($"{{find: '{Name}', filter: {{a: 1, b: {{$ne: 2}}}}, '$db': 'tests'}}"), planned["command"]);
        Assert.Equal("7.0.0", planned["serverInfo"]["version"]);
    }

    [Fact]
    public async Task Without_the_collection_there_is_nothing_to_read()
    {
        var explained = await server.RunAsync($"{{explain: {{find: '{Name}', filter: {{a: 1}}}}}}");

        Assert.Equal("EOF", Stages(explained["queryPlanner"]["winningPlan"]));
        Assert.Equal(0, explained["executionStats"]["nReturned"]);
    }

    [Theory]
    [InlineData("explain: {nonsense: 'c'}", 59)]
    [InlineData("explain: {}", 59)]
    [InlineData("explain: {insert: 'c', documents: [{a: 1}]}", 20)]
    [InlineData("explain: {ping: 1}", 20)]
    [InlineData("explain: 'find'", 14)]
    [InlineData("explain: {find: 'c'}, verbosity: 'all'", 2)]
    [InlineData("explain: {find: 'c'}, verbosity: 1", 14)]
    [InlineData("explain: {find: 'c'}, other: 1", 40415)]
    [InlineData("explain: {find: 'c', other: 1}", 40415)]
    [InlineData("explain: {find: 'c', filter: {$nonsense: 1}}", 2)]
    [InlineData("explain: {find: 'c', projection: {a: 1, b: 0}}", 31254)]
    [InlineData("explain: {delete: 'c', deletes: [{q: {}, limit: 1}, {q: {}, limit: 1}]}", 16)]
    [InlineData("explain: {update: 'c', updates: [{q: {}, u: {$set: {_id: 1, '': 2}}}]}", 56)]
    [InlineData("explain: {aggregate: 'c', pipeline: [{$nonsense: 1}], cursor: {}}", 40324)]
    public async Task What_would_fail_fails_when_it_is_explained(string command, int code) =>
        Assert.Equal(code, await server.RefusalAsync($"{{{command}}}"));

    private async Task<BsonDocument> PlanAsync(string find) =>
        (await server.RunAsync($"{{explain: {{find: '{Name}', {find}}}, verbosity: 'queryPlanner'}}"))["queryPlanner"]["winningPlan"].AsBsonDocument;

    // From the outside in; of several inputs only their number and kind matter here.
    private static string Stages(BsonValue plan)
    {
        var stage = plan.AsBsonDocument;
        Assert.All(stage.GetValue("inputStages", new BsonArray()).AsBsonArray, s => Assert.Equal("IXSCAN", s["stage"]));
        return stage.TryGetValue("inputStage", out var input) ? $"{stage["stage"]},{Stages(input)}" : stage["stage"].AsString;
    }

    private async Task FillAsync()
    {
        await _things.IndexAsync("{a: 1, b: -1}");
        await _things.IndexAsync("{tags: 1}");
        await _things.IndexAsync("{s: 1}", new CreateIndexOptions<BsonDocument> { Sparse = true });
        await _things.IndexAsync("{p: 1}", new CreateIndexOptions<BsonDocument> { PartialFilterExpression = "{open: true}" });
        await _things.IndexAsync("{hidden: 1}", new CreateIndexOptions<BsonDocument> { Hidden = true });
        await _things.IndexAsync("{t: 'text'}");
        await _things.InsertAsync(
            "{_id: 0, a: 1, b: 1, c: 5}", "{_id: 1, a: 1, b: 2, c: 6}", "{_id: 2, a: 1, b: 3, c: 4}", "{_id: 3, a: 1, b: 4, c: 3}",
            "{_id: 4, a: 2, b: 1}", "{_id: 5, a: 2, b: 2}", "{_id: 6, a: 2, b: 3}",
            "{_id: 7, tags: ['x', 'y']}", "{_id: 8, tags: ['x'], t: 'gold'}", "{_id: 9, t: 'gold and silver', s: 1, p: 1, open: true}");
    }
}
