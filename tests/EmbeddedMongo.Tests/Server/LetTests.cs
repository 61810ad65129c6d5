using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>Variables that a command brings along: constants, for expressions alone.</summary>
public sealed class LetTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    [Theory]
    [InlineData("{x: 5}", "{$expr: {$eq: ['$a', '$$x']}}", "1")]
    [InlineData("{x: {y: [{z: 5}]}}", "{$expr: {$in: ['$a', '$$x.y.z']}}", "1")]
    [InlineData("{x: {$add: [2, 3]}, y: {$add: ['$$x', 1]}}", "{$expr: {$eq: ['$a', '$$y']}}", "2")]
    [InlineData("{x: '$$REMOVE'}", "{$expr: {$eq: ['$none', '$$x']}}", "1,2,3")]
    [InlineData("{x: {$literal: '$a'}}", "{$expr: {$eq: ['$$x', '$s']}}", "3")]
    [InlineData("{x: 5}", "{$expr: {$let: {vars: {x: 6}, in: {$eq: ['$a', '$$x']}}}}", "2")]
    [InlineData("{x: [5, 6]}", "{$or: [{$expr: {$in: ['$a', '$$x']}}, {s: '$$x'}]}", "1,2")]
    [InlineData("{x: {$map: {input: [4, 5], in: {$add: ['$$this', 1]}}}}", "{$expr: {$in: ['$a', '$$x']}}", "1,2")]
    [InlineData("{é_1: 5}", "{$expr: {$eq: ['$a', '$$é_1']}}", "1")]
    public async Task A_query_uses_variables_in_expressions(string let, string filter, string expected)
    {
        await _things.InsertAsync("{_id: 1, a: 5}", "{_id: 2, a: 6}", "{_id: 3, s: '$a'}");

        var found = (await server.RunAsync($"{{find: '{Name}', filter: {filter}, let: {let}}}"))["cursor"]["firstBatch"].AsBsonArray;

        Assert.Equal(expected, string.Join(",", found.Select(d => d["_id"])));
    }

    [Fact]
    public async Task Projections_updates_deletes_and_aggregations_use_them_too()
    {
        await _things.InsertAsync("{_id: 1, a: 5}", "{_id: 2, a: 6}", "{_id: 3, a: 7}", "{_id: 4, a: 8}");

        var projected = await server.RunAsync($"{{find: '{Name}', filter: {{_id: 1}}, projection: {{r: {{$add: ['$a', '$$x']}}}}, let: {{x: 1}}}}");
        var updated = await server.RunAsync(
            $"{{update: '{Name}', updates: [{{q: {{$expr: {{$eq: ['$a', '$$x']}}}}, u: [{{$set: {{b: '$$y'}}}}]}}, {{q: {{_id: 2}}, u: [{{$set: {{b: '$$x'}}}}]}}], let: {{x: 5, y: 'new'}}}}");
        var deleted = await server.RunAsync($"{{delete: '{Name}', deletes: [{{q: {{$expr: {{$eq: ['$a', '$$x']}}}}, limit: 0}}], let: {{x: 7}}}}");
        var modified = await server.RunAsync(
            $"{{findAndModify: '{Name}', query: {{$expr: {{$eq: ['$a', '$$x']}}}}, update: [{{$set: {{b: '$$x'}}}}], new: true, fields: {{b: 1, x: '$$x'}}, let: {{x: 8}}}}");
        var gathered = await server.RunAsync(
            $"{{aggregate: '{Name}', pipeline: [{{$match: {{$expr: {{$lte: ['$a', '$$x']}}}}}}, {{$project: {{_id: 0, b: 1, x: '$$x'}}}}], let: {{x: 6}}, cursor: {{}}}}");

        Assert.Equal(BsonDocument.Parse("{_id: 1, r: 6}"), projected["cursor"]["firstBatch"][0]);
        Assert.Equal(2, updated["n"]);
        Assert.Equal(1, deleted["n"]);
        Assert.Equal(BsonDocument.Parse("{_id: 4, b: 8, x: 8}"), modified["value"]);
        Assert.Equal(BsonDocument.Parse("{r: [{b: 'new', x: 6}, {b: 5, x: 6}]}")["r"], gathered["cursor"]["firstBatch"]);
    }

    [Fact]
    public async Task Now_is_the_servers_time_and_the_same_throughout_a_command()
    {
        await _things.InsertAsync("{_id: 1}", "{_id: 2}");
        await server.RunAsync($"{{update: '{Name}', updates: [{{q: {{}}, u: [{{$set: {{at: '$$NOW'}}}}], multi: true}}]}}");

        Assert.Equal("1,2", await _things.IdsAsync($"{{at: ISODate('{server.Clock.GetUtcNow():O}')}}"));
    }

    [Theory]
    [InlineData("let: {x: '$a'}", 4890500)]
    [InlineData("let: {x: '$$ROOT'}", 4890500)]
    [InlineData("let: {x: {$map: {input: '$a', in: 1}}}", 4890500)]
    [InlineData("let: {x: '$$y', y: 1}", 17276)]
    [InlineData("let: {x: {$nonsense: 1}}", 168)]
    [InlineData("let: {x: {$divide: [1, 0]}}", 2)]
    [InlineData("let: {X: 1}", 9)]
    [InlineData("let: {ROOT: 1}", 9)]
    [InlineData("let: {'1': 1}", 9)]
    [InlineData("let: {'x-y': 1}", 9)]
    [InlineData("let: {'': 1}", 9)]
    [InlineData("let: {NOW: 1}", 4738901)]
    [InlineData("let: {CLUSTER_TIME: 1}", 4738901)]
    [InlineData("let: {CURRENT: 1}", 238)]
    [InlineData("let: 5", 14)]
    [InlineData("filter: {$expr: '$$x'}", 17276)]
    [InlineData("filter: {$expr: '$$CLUSTER_TIME'}", 51144)]
    [InlineData("filter: {$expr: '$$USER_ROLES'}", 238)]
    public async Task What_is_no_constant_or_no_name_is_refused_with_MongoDBs_code(string options, int code)
    {
        await _things.InsertAsync("{_id: 1}");

        Assert.Equal(code, await server.RefusalAsync($"{{find: '{Name}', {options}}}"));
    }

    [Theory]
    [InlineData("{count: 'x', query: {}, let: {a: 1}}")]
    [InlineData("{distinct: 'x', key: 'a', let: {a: 1}}")]
    [InlineData("{insert: 'x', documents: [{}], let: {a: 1}}")]
    public async Task Commands_without_expressions_know_no_variables(string command) => Assert.Equal(40415, await server.RefusalAsync(command));
}
