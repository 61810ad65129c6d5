using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>What is small to ask and enormous to answer neither ends the process nor fills its memory.</summary>
public sealed class HostileTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const string Nested = "{$reduce: {input: {$range: [0, 100000]}, initialValue: 1, in: {a: '$$value'}}}";
    private const string NestedArrays = "{$reduce: {input: {$range: [0, 100000]}, initialValue: 1, in: ['$$value']}}";
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    [Theory]
    [InlineData("{$project: {x: NESTED}}")]
    [InlineData("{$match: {$expr: {$eq: [NESTED, NESTED]}}}")]
    [InlineData("{$group: {_id: NESTED}}")]
    [InlineData("{$group: {_id: null, x: {$push: NESTED}}}")]
    [InlineData("{$project: {x: {$setUnion: [[NESTED], [NESTED]]}}}")]
    [InlineData("{$addFields: {x: NESTED}}, {$sort: {x: 1}}")]
    [InlineData("{$project: {x: {$sortArray: {input: [NESTED, NESTED], sortBy: 1}}}}")]
    [InlineData("{$addFields: {x: NESTED}}, {$facet: {y: [{$match: {}}]}}")]
    [InlineData("{$addFields: {x: {$toInt: NESTED}}}", 241)]
    public async Task Values_that_expressions_nest_without_end_are_refused(string stages, int code = 15)
    {
        await _things.InsertAsync("{_id: 1}", "{_id: 2}");

        foreach (var nested in new[] { Nested, NestedArrays })
        {
            Assert.Equal(code, await RefusedAsync(stages.Replace("NESTED", nested, StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("{$project: {x: {$size: {$reduce: {input: {$range: [0, 40]}, initialValue: [1], in: {$concatArrays: ['$$value', '$$value']}}}}}}", 238)]
    [InlineData("{$project: {x: {$strLenCP: {$reduce: {input: {$range: [0, 40]}, initialValue: 'a', in: {$concat: ['$$value', '$$value']}}}}}}", 238)]
    [InlineData("{$project: {x: {$strLenCP: {$reduce: {input: {$range: [0, 40]}, initialValue: 'a', in: {$replaceAll: {input: '$$value', find: 'a', replacement: 'aaaaaaaa'}}}}}}}", 238)]
    [InlineData("{$project: {x: {$size: {$zip: {inputs: [{$range: [0, 900000]}, {$range: [0, 900000]}, {$range: [0, 900000]}, {$range: [0, 900000]}, {$range: [0, 900000]}, {$range: [0, 900000]}, {$range: [0, 900000]}, {$range: [0, 900000]}, {$range: [0, 900000]}]}}}}}", 238)]
    [InlineData("{$project: {x: {$reduce: {input: {$range: [0, 60]}, initialValue: 1, in: ['$$value', '$$value']}}}}", 10334)]
    [InlineData("{$project: {x: {$reduce: {input: {$range: [0, 60]}, initialValue: 1, in: {a: '$$value', b: '$$value'}}}}}", 10334)]
    [InlineData("{$group: {_id: null, x: {$push: {$reduce: {input: {$range: [0, 60]}, initialValue: 1, in: ['$$value', '$$value']}}}}}", 146)]
    public async Task Values_that_double_without_end_are_refused(string stages, int code)
    {
        await _things.InsertAsync("{_id: 1}");

        Assert.Equal(code, await RefusedAsync(stages));
    }

    [Fact]
    public async Task A_loop_of_loops_over_one_document_ends_with_its_time()
    {
        await _things.InsertAsync("{_id: 1}");
        var loop = "1";

        for (var i = 0; i < 6; i++)
        {
            loop = $"{{$map: {{input: {{$range: [0, 1000]}}, in: {loop}}}}}";
        }

        const string Doubled = "{$reduce: {input: {$range: [0, 60]}, initialValue: 1, in: ['$$value', '$$value']}}";
        var slow = $"{{$eq: [{loop}, 1]}}";
        Assert.Equal(50, (await Assert.ThrowsAsync<MongoExecutionTimeoutException>(() => RunAsync($"{{$match: {{$expr: {slow}}}}}", "maxTimeMS: 20"))).Code);
        Assert.Equal(50, (await Assert.ThrowsAsync<MongoExecutionTimeoutException>(() => RunAsync($"{{$match: {{$expr: {{$eq: [{Doubled}, {Doubled}]}}}}}}", "maxTimeMS: 20"))).Code);
        Assert.Equal(50, (await Assert.ThrowsAsync<MongoExecutionTimeoutException>(() => RunAsync($"{{$group: {{_id: {Doubled}}}}}", "maxTimeMS: 20"))).Code);
        Assert.Equal(50, (await Assert.ThrowsAsync<MongoExecutionTimeoutException>(() => server.RunAsync(
            $"{{update: '{_things.CollectionNamespace.CollectionName}', updates: [{{q: {{}}, u: [{{$set: {{a: {slow}}}}}]}}], maxTimeMS: 20}}"))).Code);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("(?:")]
    [InlineData("(?=")]
    public async Task Parentheses_nest_250_times_in_a_regular_expression(string opening)
    {
        string Find(int depth) => $"{{find: '{_things.CollectionNamespace.CollectionName}', filter: {{a: /{string.Concat(Enumerable.Repeat(opening, depth))}a{new string(')', depth)}/}}}}";

        await server.RunAsync(Find(250));
        Assert.Equal(51091, await server.RefusalAsync(Find(251)));
        Assert.Equal(51091, await server.RefusalAsync(Find(10_000)));
    }

    [Fact]
    public async Task Pipelines_have_at_most_1000_stages_and_sorts_32_keys()
    {
        string Stages(int count) => string.Join(", ", Enumerable.Repeat("{$match: {}}", count));
        string Sort(int count) => $"{{$sort: {{{string.Join(", ", Enumerable.Range(0, count).Select(i => $"f{i}: 1"))}}}}}";

        await RunAsync(Stages(1000), "");
        await RunAsync(Sort(32), "");
        Assert.Equal(7749501, await RefusedAsync(Stages(1001)));
        Assert.Equal(13103, await RefusedAsync(Sort(33)));
    }

    [Fact]
    public async Task Paths_of_pipelines_have_at_most_200_parts()
    {
        await _things.InsertAsync("{_id: 1}");

        Assert.Equal(15, await RefusedAsync($"{{$addFields: {{'{string.Join('.', Enumerable.Repeat("a", 201))}': 1}}}}"));
    }

    [Fact]
    public void An_error_can_tell_of_any_value_however_deep()
    {
        Assert.Contains("1", Failure.Show(Nest(200)), StringComparison.Ordinal);
        Assert.Contains("too deep", Failure.Show(Nest(2000)), StringComparison.Ordinal);
    }

    private static BsonValue Nest(int depth)
    {
        BsonValue value = 1;

        for (var i = 0; i < depth; i++)
        {
            value = new BsonDocument("a", value);
        }

        return value;
    }

    private async Task<int> RefusedAsync(string stages) => (await Assert.ThrowsAsync<MongoCommandException>(() => RunAsync(stages, ""))).Code;

    private Task<BsonDocument> RunAsync(string stages, string option) => server.RunAsync(
        $"{{aggregate: '{_things.CollectionNamespace.CollectionName}', pipeline: [{stages}], cursor: {{}}{(option.Length > 0 ? ", " : "")}{option}}}");
}
