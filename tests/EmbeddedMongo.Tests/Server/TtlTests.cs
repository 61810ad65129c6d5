using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

public sealed class TtlTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Documents_go_once_their_time_has_come_and_others_stay(int direction)
    {
        await _things.IndexAsync($"{{at: {direction}}}", new CreateIndexOptions<BsonDocument> { ExpireAfter = TimeSpan.FromSeconds(60) });
        var now = server.Clock.GetUtcNow().UtcDateTime;
        await _things.InsertManyAsync(
        [
            new() { { "_id", 1 }, { "at", now.AddSeconds(-61) } },
            new() { { "_id", 2 }, { "at", now.AddDays(1) } },
            new() { { "_id", 3 } },
            new() { { "_id", 4 }, { "at", "2001-01-01" } },
            new() { { "_id", 5 }, { "at", new BsonArray { now.AddDays(1), now.AddSeconds(-70) } } },
            new() { { "_id", 6 }, { "at", BsonNull.Value } },
        ], cancellationToken: Find.Ct);

        await PassTimeUntil("2,3,4,6");
    }

    [Fact]
    public async Task A_partial_TTL_index_deletes_only_what_it_contains()
    {
        await _things.IndexAsync("{at: 1}", new CreateIndexOptions<BsonDocument> { ExpireAfter = TimeSpan.Zero, PartialFilterExpression = "{done: true}" });
        var past = server.Clock.GetUtcNow().UtcDateTime.AddHours(-1);
        await _things.InsertManyAsync([new() { { "_id", 1 }, { "at", past }, { "done", true } }, new() { { "_id", 2 }, { "at", past } }], cancellationToken: Find.Ct);

        await PassTimeUntil("2");
    }

    [Fact]
    public async Task More_documents_than_one_sweep_takes_all_go()
    {
        await _things.IndexAsync("{at: 1}", new CreateIndexOptions<BsonDocument> { ExpireAfter = TimeSpan.Zero });
        var past = server.Clock.GetUtcNow().UtcDateTime.AddHours(-1);
        await _things.InsertManyAsync(Enumerable.Range(0, 1200).Select(i => new BsonDocument { { "_id", i }, { "at", past } }), cancellationToken: Find.Ct);

        await PassTimeUntil("");
    }

    private Task PassTimeUntil(string left) => Testing.Eventually.Until(async () =>
    {
        server.Clock.Advance(TimeSpan.FromSeconds(3));
        return await _things.IdsAsync("{}") == left;
    }, $"only [{left}] are left");
}
