using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

public sealed class CursorTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    [Theory]
    [InlineData("{}", null)]
    [InlineData("{n: {$gte: 0}}", "{n: 1}")]
    [InlineData("{n: {$gte: 0}}", "{n: -1}")]
    [InlineData("{m: {$in: [0, 1, 2]}}", null)]
    [InlineData("{}", "{_id: -1}")]
    [InlineData("{}", "{m: 1, _id: -1}")]
    public async Task All_documents_come_once_in_batches_of_any_size(string filter, string? sort)
    {
        await _things.IndexAsync("{n: 1}");
        await _things.IndexAsync("{m: 1}");
        await _things.InsertManyAsync(Enumerable.Range(0, 250).Select(i => new BsonDocument { { "_id", i }, { "n", i / 2 }, { "m", i % 3 } }), cancellationToken: Find.Ct);
        var whole = await _things.Find(filter, new FindOptions { BatchSize = 1000 }).Sort(sort).ToListAsync(Find.Ct);

        foreach (var size in (int[])[1, 7, 101, 249, 250, 251])
        {
            Assert.Equal(whole, await _things.Find(filter, new FindOptions { BatchSize = size }).Sort(sort).ToListAsync(Find.Ct));
        }

        Assert.Equal(250, whole.Count);
    }

    [Theory]
    [InlineData("{tie: 1}")]
    [InlineData("{tie: -1, 'deep.value': 1}")]
    [InlineData("{'deep.value': -1, _id: 1}")]
    public async Task A_page_sorted_without_an_index_is_what_stands_there_in_the_whole(string sort)
    {
        var collection = server.NewCollection();
        await collection.InsertManyAsync(
            Enumerable.Range(0, 100).Select(i => new BsonDocument { { "_id", i }, { "tie", i % 3 }, { "deep", new BsonDocument("value", i * 37 % 100) } }),
            cancellationToken: Find.Ct);
        var all = await collection.IdsAsync("{}", sort);

        Assert.Equal(all.Split(',')[30..40], (await collection.IdsAsync("{}", sort, limit: 10, skip: 30)).Split(','));
    }

    [Fact]
    public async Task A_limit_leaves_no_cursor_open()
    {
        await _things.InsertAsync("{_id: 1}", "{_id: 2}", "{_id: 3}");

        Assert.Equal(0, (await server.RunAsync($"{{find: '{Name}', limit: 2}}"))["cursor"]["id"].ToInt64());
        Assert.Equal(0, (await server.RunAsync($"{{find: '{Name}', batchSize: 3}}"))["cursor"]["id"].ToInt64());
        Assert.Equal(0, (await server.RunAsync($"{{find: '{Name}', batchSize: 1, singleBatch: true}}"))["cursor"]["id"].ToInt64());
        Assert.NotEqual(0, (await server.RunAsync($"{{find: '{Name}', batchSize: 2}}"))["cursor"]["id"].ToInt64());
    }

    [Fact]
    public async Task A_batch_holds_no_more_than_a_message_may()
    {
        await _things.InsertManyAsync(Enumerable.Range(0, 5).Select(i => new BsonDocument { { "_id", i }, { "text", new string('x', 5_000_000) } }), cancellationToken: Find.Ct);

        var first = (await server.RunAsync($"{{find: '{Name}'}}"))["cursor"];

        Assert.Equal(3, first["firstBatch"].AsBsonArray.Count);
        Assert.Equal("0,1,2,3,4", await _things.IdsAsync("{}"));
    }

    [Fact]
    public async Task Writes_between_two_batches_do_not_disturb_a_cursor()
    {
        await _things.InsertManyAsync(Enumerable.Range(0, 100).Select(i => new BsonDocument { { "_id", i } }), cancellationToken: Find.Ct);
        using var cursor = await _things.Find("{}", new FindOptions { BatchSize = 10 }).ToCursorAsync(Find.Ct);
        await cursor.MoveNextAsync(Find.Ct);
        var seen = cursor.Current.Select(d => d["_id"].AsInt32).ToList();

        await _things.DeleteManyAsync("{_id: {$in: [9, 11, 50]}}", Find.Ct);
        await _things.UpdateManyAsync("{}", "{$set: {changed: true}}", cancellationToken: Find.Ct);
        while (await cursor.MoveNextAsync(Find.Ct))
        {
            seen.AddRange(cursor.Current.Select(d => d["_id"].AsInt32));
        }

        Assert.Equal(Enumerable.Range(0, 100).Except([11, 50]), seen);
    }

    [Fact]
    public async Task A_killed_or_idle_cursor_is_gone()
    {
        await _things.InsertAsync("{_id: 1}", "{_id: 2}", "{_id: 3}");
        async Task<long> Open() => (await server.RunAsync($"{{find: '{Name}', batchSize: 1}}"))["cursor"]["id"].AsInt64;
        var (killed, idle) = (await Open(), await Open());

        var reply = await server.RunAsync($"{{killCursors: '{Name}', cursors: [NumberLong('{killed}'), NumberLong(1)]}}");
        Assert.Equal([killed], reply["cursorsKilled"].AsBsonArray.Select(c => c.AsInt64));
        Assert.Equal([1], reply["cursorsNotFound"].AsBsonArray.Select(c => c.AsInt64));
        Assert.Equal(43, await server.RefusalAsync($"{{getMore: NumberLong('{killed}'), collection: '{Name}'}}"));

        Assert.Single((await server.RunAsync($"{{getMore: NumberLong('{idle}'), collection: '{Name}', batchSize: 1}}"))["cursor"]["nextBatch"].AsBsonArray);
        await Testing.Eventually.Until(async () =>
        {
            server.Clock.Advance(TimeSpan.FromMinutes(11));
            var answer = await Record.ExceptionAsync(() => server.RunAsync($"{{getMore: NumberLong('{idle}'), collection: 'another'}}"));
            return answer is MongoCommandException { Code: 43 };
        }, "the idle cursor is closed");
    }

    [Fact]
    public async Task An_aggregation_is_read_in_batches_too()
    {
        await _things.InsertManyAsync(Enumerable.Range(0, 250).Select(i => new BsonDocument { { "_id", i }, { "m", i % 50 } }), cancellationToken: Find.Ct);

        var all = await _things.Aggregate(new AggregateOptions { BatchSize = 3 }).Match("{_id: {$gte: 100}}").Project("{m: 1}").ToListAsync(Find.Ct);
        var groups = await _things.Aggregate(new AggregateOptions { BatchSize = 3 }).Group("{_id: '$m', n: {$sum: 1}}").Sort("{_id: 1}").ToListAsync(Find.Ct);

        Assert.Equal(Enumerable.Range(100, 150), all.Select(d => d["_id"].AsInt32));
        Assert.Equal(Enumerable.Range(0, 50), groups.Select(d => d["_id"].AsInt32));
        Assert.All(groups, g => Assert.Equal(5, g["n"]));
    }

    [Fact]
    public async Task Counting_honours_filter_skip_and_limit()
    {
        await _things.InsertAsync("{_id: 1, a: 1}", "{_id: 2, a: 1}", "{_id: 3, a: 1}", "{_id: 4, a: 2}");

        Assert.Equal(4, await _things.EstimatedDocumentCountAsync(cancellationToken: Find.Ct));
        Assert.Equal(4, await _things.CountDocumentsAsync("{}", cancellationToken: Find.Ct));
        Assert.Equal(3, await _things.CountDocumentsAsync("{a: 1}", cancellationToken: Find.Ct));
        Assert.Equal(1, await _things.CountDocumentsAsync("{a: 1}", new CountOptions { Skip = 1, Limit = 1 }, Find.Ct));
        Assert.Equal(0, await _things.CountDocumentsAsync("{a: 9}", cancellationToken: Find.Ct));
        Assert.Equal(2, (await server.RunAsync($"{{count: '{Name}', query: {{a: 1}}, skip: 1}}"))["n"].AsInt32);
        Assert.Equal(3, (await server.RunAsync($"{{aggregate: '{Name}', pipeline: [{{$match: {{a: 1}}}}, {{$group: {{_id: 1, n: {{$sum: 1}}}}}}], cursor: {{}}}}"))["cursor"]["firstBatch"][0]["n"].AsInt32);
        Assert.Equal([1, 2], await (await _things.DistinctAsync<int>("a", "{}", cancellationToken: Find.Ct)).ToListAsync(Find.Ct));
    }
}
