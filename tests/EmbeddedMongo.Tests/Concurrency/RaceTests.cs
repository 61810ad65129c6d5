using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EmbeddedMongo.Tests.Durability;
using Visuels.EmbeddedMongo.Tests.Server;

namespace Visuels.EmbeddedMongo.Tests.Concurrency;

/// <summary>Many want the same thing at once.</summary>
public sealed class RaceTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
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
    public async Task Each_of_many_unique_keys_has_one_winner_among_its_inserts_in_arrays_too()
    {
        await _things.IndexAsync("{keys: 1}", new CreateIndexOptions<BsonDocument> { Unique = true });
        var attempts = Enumerable.Range(0, 400).Select(i => (Key: i % 50, Document: new BsonDocument { { "_id", i }, { "keys", new BsonArray { i % 50, $"own{i}" } } }));

        var outcomes = await Task.WhenAll(attempts.Select(async attempt =>
        {
            try
            {
                await _things.InsertOneAsync(attempt.Document, cancellationToken: Find.Ct);
                return attempt.Key;
            }
            catch (MongoWriteException error) when (error.WriteError.Code == 11000)
            {
                return -1;
            }
        }));

        Assert.Equal(Enumerable.Range(0, 50), outcomes.Where(key => key >= 0).Order());
        Assert.Equal(50, await _things.CountDocumentsAsync("{}", cancellationToken: Find.Ct));
        await Validated.CheckAsync(server.Database, _things.CollectionNamespace.CollectionName);
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
    public async Task Of_a_queue_every_entry_is_taken_once()
    {
        await _things.InsertManyAsync(Enumerable.Range(0, 200).Select(i => new BsonDocument { { "_id", i }, { "state", "new" } }), cancellationToken: Find.Ct);
        await _things.IndexAsync("{state: 1, _id: 1}");

        var taken = await Task.WhenAll(Enumerable.Range(0, 250).Select(i => i % 2 == 0
            ? _things.FindOneAndUpdateAsync<BsonDocument>("{state: 'new'}", "{$set: {state: 'taken'}}", new FindOneAndUpdateOptions<BsonDocument> { Sort = "{_id: 1}" }, Find.Ct)
            : _things.FindOneAndDeleteAsync<BsonDocument>("{state: 'new'}", new FindOneAndDeleteOptions<BsonDocument> { Sort = "{_id: -1}" }, Find.Ct)));

        Assert.Equal(Enumerable.Range(0, 200), taken.Where(t => t is not null).Select(t => t["_id"].AsInt32).Order());
    }

    [Fact]
    public async Task Parallel_pushes_and_increments_of_one_document_are_all_in_it()
    {
        await _things.IndexAsync("{list: 1}");
        await _things.InsertOneAsync("{_id: 1}");

        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => _things.UpdateAsync("{_id: 1}", $"{{$push: {{list: {i}}}, $addToSet: {{set: {i % 7}}}, $inc: {{'sums.m{i % 3}': {i}}}}}")));

        var document = await _things.Find("{}").SingleAsync(Find.Ct);
        Assert.Equal(Enumerable.Range(0, 300), document["list"].AsBsonArray.Select(v => v.AsInt32).Order());
        Assert.Equal(Enumerable.Range(0, 7), document["set"].AsBsonArray.Select(v => v.AsInt32).Order());
        Assert.Equal(300 * 299 / 2, document["sums"].AsBsonDocument.Values.Sum(v => v.AsInt32));
        await Validated.CheckAsync(server.Database, _things.CollectionNamespace.CollectionName);
    }

    [Fact]
    public async Task Parallel_upserts_of_one_id_make_one_document()
    {
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ =>
            _things.UpdateOneAsync("{_id: 'x'}", "{$inc: {n: 1}}", new UpdateOptions { IsUpsert = true }, Find.Ct)));

        Assert.Equal(64, (await _things.Find("{}").SingleAsync(Find.Ct))["n"]);
    }

    [Fact]
    public async Task Parallel_upserts_of_one_unique_value_insert_once_and_update_or_are_refused_with_11000()
    {
        await _things.IndexAsync("{mail: 1}", new CreateIndexOptions<BsonDocument> { Unique = true });

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 128).Select(async i =>
        {
            try
            {
                // The filter of every second one never finds what the others have inserted.
                var filter = i % 2 == 0 ? "{mail: 'x'}" : $"{{mail: 'x', never: {i}}}";
                var result = await _things.UpdateOneAsync(filter, "{$inc: {n: 1}}", new UpdateOptions { IsUpsert = true }, Find.Ct);
                return result.UpsertedId is null ? "updated" : "inserted";
            }
            catch (MongoWriteException error) when (error.WriteError.Code == 11000)
            {
                return "refused";
            }
        }));

        Assert.Single(outcomes, "inserted");
        var stored = await _things.Find("{}").SingleAsync(Find.Ct);
        Assert.Equal(outcomes.Count(o => o != "refused"), stored["n"].AsInt32);
        Assert.InRange(outcomes.Count(o => o == "refused"), 63, 64);
    }
}
