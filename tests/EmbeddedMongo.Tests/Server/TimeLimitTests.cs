using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>maxTimeMS. The slow part is work that no machine does in the time given.</summary>
public sealed class TimeLimitTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const string Slow = "{$expr: {$gte: [{$reduce: {input: {$range: [0, 1000]}, initialValue: 0, in: {$add: ['$$value', '$$this']}}}, 0]}}";
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    [Theory]
    [InlineData("find: 'THINGS', filter: SLOW, batchSize: 5000")]
    [InlineData("find: 'THINGS', filter: SLOW, sort: {a: 1}")]
    [InlineData("count: 'THINGS', query: SLOW")]
    [InlineData("distinct: 'THINGS', key: 'a', query: SLOW")]
    [InlineData("aggregate: 'THINGS', pipeline: [{$match: SLOW}, {$group: {_id: null, n: {$sum: 1}}}], cursor: {}")]
    [InlineData("update: 'THINGS', updates: [{q: SLOW, u: {$set: {b: 1}}, multi: true}]")]
    [InlineData("delete: 'THINGS', deletes: [{q: SLOW, limit: 0}]")]
    [InlineData("findAndModify: 'THINGS', query: SLOW, sort: {a: 1}, update: {$set: {b: 1}}")]
    [InlineData("createIndexes: 'THINGS', indexes: [{key: {c: 1}, name: 'c', partialFilterExpression: {a: {$gte: 0}}}, {key: {d: 1}, name: 'd'}, {key: {e: 1}, name: 'e'}]")]
    public async Task A_command_that_takes_longer_is_ended(string command)
    {
        await InsertAsync(1500);
        command = command.Replace("THINGS", Name, StringComparison.Ordinal).Replace("SLOW", Slow, StringComparison.Ordinal);

        Assert.Equal(50, (await Assert.ThrowsAsync<MongoExecutionTimeoutException>(() => server.RunAsync($"{{{command}, maxTimeMS: 1}}"))).Code);
        Assert.Equal(1500, await _things.CountDocumentsAsync("{b: {$exists: false}}", cancellationToken: Find.Ct));
        Assert.Single(await (await _things.Indexes.ListAsync(Find.Ct)).ToListAsync(Find.Ct));
    }

    [Fact]
    public async Task The_time_of_a_query_is_shared_by_its_batches()
    {
        await InsertAsync(1500);
        async Task<BsonValue> OpenAsync(string filter, string limit) =>
            (await server.RunAsync($"{{find: '{Name}', filter: {{$or: [{{a: {{$lt: 2}}}}, {filter}]}}, batchSize: 1{limit}}}"))["cursor"]["id"];

        // Two seconds are enough for a first batch on the slowest machine, and for the minutes of the second on none.
        var (limited, free) = (await OpenAsync(Slow.Replace("1000", "1000000", StringComparison.Ordinal), ", maxTimeMS: 2000"), await OpenAsync(Slow, ""));

        await Assert.ThrowsAsync<MongoExecutionTimeoutException>(() => server.RunAsync($"{{getMore: NumberLong('{limited}'), collection: '{Name}'}}"));
        Assert.Equal(1499, (await server.RunAsync($"{{getMore: NumberLong('{free}'), collection: '{Name}'}}"))["cursor"]["nextBatch"].AsBsonArray.Count);
    }

    private Task InsertAsync(int count) =>
        _things.InsertManyAsync(Enumerable.Range(0, count).Select(i => new BsonDocument { { "_id", i }, { "a", i } }), cancellationToken: Find.Ct);
}
