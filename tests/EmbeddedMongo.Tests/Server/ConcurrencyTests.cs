using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

public sealed class ConcurrencyTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    [Fact]
    public async Task Of_a_hundred_who_want_one_key_exactly_one_gets_it()
    {
        await _things.IndexAsync("{'item.productId': 1, editions: 1}", new CreateIndexOptions<BsonDocument> { Unique = true, PartialFilterExpression = "{sold: true}" });
        await _things.InsertManyAsync(Enumerable.Range(0, 100).Select(i => BsonDocument.Parse($"{{_id: {i}, item: {{productId: 'p'}}}}")), cancellationToken: Find.Ct);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            Record.ExceptionAsync(() => _things.UpdateAsync($"{{_id: {i}}}", "{$set: {sold: true, editions: [1]}}")).AsTask()));

        Assert.Single(outcomes, o => o is null);
        Assert.Equal(99, outcomes.Count(o => o is MongoWriteException { WriteError.Code: 11000 }));
        Assert.Equal(1, await _things.CountDocumentsAsync("{sold: true}", cancellationToken: Find.Ct));
    }

    [Fact]
    public async Task A_counter_counts_every_one_of_many_parallel_steps()
    {
        await _things.InsertOneAsync("{_id: 1, n: 0}");

        var values = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => _things.FindOneAndUpdateAsync<BsonDocument>("{_id: 1}", "{$inc: {n: 1}}",
            new FindOneAndUpdateOptions<BsonDocument> { ReturnDocument = ReturnDocument.After }, Find.Ct)));

        Assert.Equal(Enumerable.Range(1, 500), values.Select(v => v["n"].AsInt32).Order());
    }

    [Fact]
    public async Task Parallel_upserts_of_one_id_make_one_document()
    {
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ =>
            _things.UpdateOneAsync("{_id: 'x'}", "{$inc: {n: 1}}", new UpdateOptions { IsUpsert = true }, Find.Ct)));

        Assert.Equal(64, (await _things.Find("{}").SingleAsync(Find.Ct))["n"]);
    }

    [Fact]
    public async Task Sixty_four_connections_of_mixed_work_and_changing_indexes_see_consistent_answers()
    {
        await _things.IndexAsync("{group: 1, n: 1}");
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async worker =>
        {
            for (var i = 0; i < 20; i++)
            {
                await _things.InsertOneAsync(new BsonDocument { { "_id", $"{worker}-{i}" }, { "group", worker }, { "n", i } }, cancellationToken: Find.Ct);
                await _things.UpdateAsync($"{{_id: '{worker}-{i}'}}", $"{{$set: {{tags: ['{i}', 'all']}}}}");
                Assert.Equal(i + 1, await _things.CountDocumentsAsync($"{{group: {worker}}}", cancellationToken: Find.Ct));
                Assert.Equal($"{worker}-{i}", await _things.IdsAsync($"{{group: {worker}}}", "{n: -1}", limit: 1));
                if (worker == 0 && i % 5 == 0)
                {
                    await _things.IndexAsync("{tags: 1}");
                    await _things.Indexes.DropOneAsync("tags_1", Find.Ct);
                }
            }
        }));

        Assert.Equal(64 * 20, await _things.CountDocumentsAsync("{tags: 'all'}", cancellationToken: Find.Ct));
    }
}
