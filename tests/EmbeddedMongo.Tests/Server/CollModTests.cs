using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

public sealed class CollModTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    [Theory]
    [InlineData("name: 'at_1'")]
    [InlineData("keyPattern: {at: 1}")]
    public async Task The_time_after_which_documents_expire_can_be_changed(string index)
    {
        await _things.IndexAsync("{at: 1}", new CreateIndexOptions<BsonDocument> { ExpireAfter = TimeSpan.FromDays(1) });
        await _things.InsertManyAsync(
        [
            new() { { "_id", 1 }, { "at", server.Clock.GetUtcNow().UtcDateTime.AddHours(-2) } },
            new() { { "_id", 2 }, { "at", server.Clock.GetUtcNow().UtcDateTime } },
        ], cancellationToken: Find.Ct);

        var reply = await server.RunAsync($"{{collMod: '{Name}', index: {{{index}, expireAfterSeconds: 3600}}}}");

        Assert.Equal(BsonDocument.Parse("{expireAfterSeconds_old: NumberLong(86400), expireAfterSeconds_new: NumberLong(3600), ok: 1.0}"), reply);
        Assert.Equal(3600, (await ListAsync())[1]["expireAfterSeconds"].ToInt32());
        await Testing.Eventually.Until(async () =>
        {
            server.Clock.Advance(TimeSpan.FromSeconds(3));
            return await _things.IdsAsync("{}") == "2";
        }, "what has expired by the new time is gone");
    }

    [Fact]
    public async Task An_index_can_begin_to_let_documents_expire()
    {
        await _things.IndexAsync("{at: 1}");

        Assert.Equal(BsonDocument.Parse("{expireAfterSeconds_new: NumberLong(5), ok: 1.0}"), await server.RunAsync($"{{collMod: '{Name}', index: {{name: 'at_1', expireAfterSeconds: 5}}}}"));
    }

    [Fact]
    public async Task A_hidden_index_keeps_its_promises_and_shows_that_it_is_hidden()
    {
        await _things.IndexAsync("{a: 1}", new CreateIndexOptions<BsonDocument> { Unique = true });

        Assert.Equal(BsonDocument.Parse("{hidden_old: false, hidden_new: true, ok: 1.0}"), await server.RunAsync($"{{collMod: '{Name}', index: {{name: 'a_1', hidden: true}}}}"));
        Assert.True((await ListAsync())[1]["hidden"].AsBoolean);
        await _things.InsertAsync("{a: 1}");
        Assert.Equal(11000, (await Find.WriteErrorAsync(() => _things.InsertOneAsync("{a: 1}"))).Code);
        Assert.Equal(BsonDocument.Parse("{ok: 1.0}"), await server.RunAsync($"{{collMod: '{Name}', index: {{name: 'a_1', hidden: true}}}}"));
        Assert.Equal(BsonDocument.Parse("{hidden_old: true, hidden_new: false, ok: 1.0}"), await server.RunAsync($"{{collMod: '{Name}', index: {{name: 'a_1', hidden: false}}}}"));
        Assert.False((await ListAsync())[1].Contains("hidden"));
    }

    [Fact]
    public async Task Changing_nothing_is_fine()
    {
        await _things.InsertAsync("{}");

        Assert.Equal(BsonDocument.Parse("{ok: 1.0}"), await server.RunAsync($"{{collMod: '{Name}'}}"));
    }

    [Theory]
    [InlineData("index: {name: 'none', expireAfterSeconds: 1}", 27)]
    [InlineData("index: {keyPattern: {z: 1}, expireAfterSeconds: 1}", 27)]
    [InlineData("index: {keyPattern: {a: 1}, expireAfterSeconds: 1}", 181)]
    [InlineData("index: {name: '_id_', expireAfterSeconds: 1}", 72)]
    [InlineData("index: {keyPattern: {_id: 1}, expireAfterSeconds: 1}", 72)]
    [InlineData("index: {name: '_id_', hidden: true}", 2)]
    [InlineData("index: {name: 'a_1_b_1', expireAfterSeconds: 1}", 72)]
    [InlineData("index: {name: 'a_1', expireAfterSeconds: -1}", 72)]
    [InlineData("index: {name: 'a_1', expireAfterSeconds: '1'}", 14)]
    [InlineData("index: {name: 'a_1'}", 72)]
    [InlineData("index: {expireAfterSeconds: 1}", 72)]
    [InlineData("index: {name: 'a_1', keyPattern: {a: 1}, expireAfterSeconds: 1}", 72)]
    [InlineData("index: {name: 'a_1', unique: true}", 238)]
    [InlineData("index: {name: 'a_1', nonsense: true}", 40415)]
    [InlineData("index: 'a_1'", 14)]
    [InlineData("validator: {a: 1}", 238)]
    [InlineData("validationLevel: 'off'", 238)]
    [InlineData("nonsense: 1", 40415)]
    public async Task What_cannot_be_changed_is_refused(string change, int code)
    {
        await _things.IndexAsync("{a: 1}");
        await _things.IndexAsync("{a: 1}", new CreateIndexOptions<BsonDocument> { Name = "again", Sparse = true });
        await _things.IndexAsync("{a: 1, b: 1}");

        Assert.Equal(code, await server.RefusalAsync($"{{collMod: '{Name}', {change}}}"));
    }

    [Fact]
    public async Task A_collection_that_is_not_there_cannot_be_changed() =>
        Assert.Equal(26, await server.RefusalAsync($"{{collMod: '{Name}', index: {{name: 'a_1', expireAfterSeconds: 1}}}}"));

    private async Task<List<BsonDocument>> ListAsync() => await (await _things.Indexes.ListAsync(Find.Ct)).ToListAsync(Find.Ct);
}
