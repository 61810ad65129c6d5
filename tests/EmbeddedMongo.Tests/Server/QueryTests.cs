using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>What the query and projection language means, seen by a client.</summary>
public sealed class QueryTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    [Fact]
    public async Task The_positional_projection_works_in_find_and_find_and_modify()
    {
        await _things.InsertAsync("{_id: 1, h: [1, 2, 3], s: 5}");

        Assert.Equal(BsonDocument.Parse("{_id: 1, h: [2]}"), await _things.Find("{h: 2}").Project("{'h.$': 1}").SingleAsync(Find.Ct));
        Assert.Equal(BsonDocument.Parse("{_id: 1, h: [2]}"), await _things.Find("{h: {$elemMatch: {$gt: 1}}}").Project("{'h.$': 1}").SingleAsync(Find.Ct));
        Assert.Equal(
            BsonDocument.Parse("{_id: 1, h: [3]}"),
            await _things.FindOneAndUpdateAsync("{h: 3}", "{$set: {'h.$': 4}}", new FindOneAndUpdateOptions<BsonDocument> { Projection = "{'h.$': 1}" }, Find.Ct));
        Assert.Equal(51246, await server.RefusalAsync($"{{find: '{Name}', filter: {{s: 5}}, projection: {{'h.$': 1}}}}"));
        Assert.Equal(2, await server.RefusalAsync($"{{findAndModify: '{Name}', query: {{h: 1}}, update: {{$set: {{s: 6}}}}, new: true, fields: {{'h.$': 1}}}}"));
        Assert.Equal(31324, await server.RefusalAsync($"{{aggregate: '{Name}', pipeline: [{{$project: {{'h.$': 1}}}}], cursor: {{}}}}"));
    }

    [Fact]
    public async Task A_sort_has_at_most_32_keys()
    {
        string Keys(int count) => string.Join(", ", Enumerable.Range(1, count).Select(i => $"f{i}: 1"));

        await server.RunAsync($"{{find: '{Name}', sort: {{{Keys(32)}}}}}");
        Assert.Equal(13103, await server.RefusalAsync($"{{find: '{Name}', sort: {{{Keys(33)}}}}}"));
    }

    [Fact]
    public async Task Distinct_values_are_sorted_and_of_16_megabytes_at_most()
    {
        await _things.InsertAsync("{_id: 1, a: 3}", "{_id: 2, a: [1, 4]}", "{_id: 3, a: 'x'}", "{_id: 4, a: NumberLong(3)}", "{_id: 5, a: null}");
        Assert.Equal(BsonDocument.Parse("{v: [null, 1, 3, 4, 'x']}")["v"], (await server.RunAsync($"{{distinct: '{Name}', key: 'a'}}"))["values"]);

        await _things.InsertManyAsync(Enumerable.Range(0, 17).Select(i => new BsonDocument("s", new string((char)('a' + i), 1 << 20))), cancellationToken: Find.Ct);
        Assert.Equal(17217, await server.RefusalAsync($"{{distinct: '{Name}', key: 's'}}"));
        Assert.Equal(15, (await server.RunAsync($"{{distinct: '{Name}', key: 's', query: {{s: {{$lt: 'p'}}}}}}"))["values"].AsBsonArray.Count);
    }

    [Theory]
    [InlineData("projection: {s: {$meta: 'textScore'}}")]
    [InlineData("projection: {s: {$add: [1, {$meta: 'textScore'}]}}")]
    [InlineData("sort: {s: {$meta: 'textScore'}}")]
    [InlineData("filter: {$expr: {$gt: [{$meta: 'textScore'}, 0]}}")]
    public async Task A_text_score_without_a_text_search_is_refused_even_where_nothing_is_found(string options) =>
        Assert.Equal(40218, await server.RefusalAsync($"{{find: '{Name}', {options}}}"));

    [Theory]
    [InlineData("{a: {$gt: 5}}", "5,6")]
    [InlineData("{a: {$lte: 5}}", "3,4")]
    [InlineData("{a: {$gt: 'a'}}", "8,10")]
    [InlineData("{a: null}", "1,2")]
    [InlineData("{a: {$ne: null}}", "3,4,5,6,7,8,9,10,11,12,13")]
    [InlineData("{a: {$exists: false}}", "1")]
    [InlineData("{a: {$gt: null}}", "")]
    [InlineData("{a: {$gte: null}}", "1,2")]
    [InlineData("{a: {$type: 'number'}}", "3,4,5,6")]
    [InlineData("{a: {$gte: {}}}", "9")]
    [InlineData("{a: {$gte: []}}", "10")]
    [InlineData("{a: {$lt: true}}", "11")]
    [InlineData("{a: {$gt: ISODate('2020-01-01T00:00:00Z')}}", "13")]
    [InlineData("{a: {$gt: MinKey}}", "1,2,3,4,5,6,7,8,9,10,11,12,13")]
    public async Task A_comparison_keeps_to_the_kind_of_its_operand(string filter, string expected)
    {
        await _things.InsertAsync(
            "{_id: 1}", "{_id: 2, a: null}", "{_id: 3, a: 4.5}", "{_id: 4, a: NumberLong(5)}", "{_id: 5, a: NumberDecimal('5.1')}", "{_id: 6, a: 7}",
            "{_id: 7, a: 'a'}", "{_id: 8, a: 'b'}", "{_id: 9, a: {b: 1}}", "{_id: 10, a: ['x']}", "{_id: 11, a: false}",
            "{_id: 12, a: ISODate('2019-01-01T00:00:00Z')}", "{_id: 13, a: ISODate('2021-01-01T00:00:00Z')}");

        Assert.Equal(expected, await _things.IdsAsync(filter));
    }

    [Fact]
    public async Task A_sort_stands_values_of_all_types_in_MongoDBs_order()
    {
        string[] ascending =
        [
            "MinKey", "null", "NaN", "-Infinity", "NumberLong(-5)", "-0.5", "0", "NumberDecimal('0.1')", "1", "Infinity", "''", "'a'", "'é'", "{}", "{a: 1}", "{a: 2}", "{a: 'x'}",
            "BinData(0, '')", "BinData(0, 'AQ==')", "BinData(5, 'AQ==')", "ObjectId('000000000000000000000001')", "false", "true", "ISODate('1969-01-01T00:00:00Z')",
            "ISODate('2020-01-01T00:00:00Z')", "Timestamp(1, 1)", "/a/", "MaxKey",
        ];
        await _things.InsertAsync([.. ascending.Select((value, i) => $"{{_id: {i}, a: {value}}}").Reverse()]);

        Assert.Equal(string.Join(",", Enumerable.Range(0, ascending.Length)), await _things.IdsAsync("{}", "{a: 1}"));
        Assert.Equal(string.Join(",", Enumerable.Range(0, ascending.Length).Reverse()), await _things.IdsAsync("{}", "{a: -1}"));
    }

    [Theory]
    [InlineData("{$expr: {$gt: ['$a', '$b']}}", "2")]
    [InlineData("{$or: [{b: 5}, {$expr: {$gt: ['$a', '$b']}}]}", "1,2")]
    [InlineData("{$nor: [{$expr: {$gt: ['$a', '$b']}}]}", "1")]
    [InlineData("{$and: [{a: 1}, {$or: [{$expr: {$lt: ['$a', '$b']}}, {x: 1}]}]}", "1")]
    public async Task An_expression_can_stand_in_any_alternative(string filter, string expected)
    {
        await _things.InsertAsync("{_id: 1, a: 1, b: 5}", "{_id: 2, a: 3, b: 2}");

        Assert.Equal(expected, await _things.IdsAsync(filter));
    }
}
