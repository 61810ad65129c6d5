using MongoDB.Driver;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.Messaging;

public sealed class VersionedCopiesTests : IAsyncLifetime
{
    private IMongoCollection<ThingCopy> _copies = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        MongoConventions.Register();
        var client = new MongoClient(await TestStore.ConnectionStringAsync());
        _copies = client.GetDatabase($"t{Guid.NewGuid():N}"[..12] + "-copies").GetCollection<ThingCopy>("copies");
    }

    public async ValueTask DisposeAsync() =>
        await _copies.Database.Client.DropDatabaseAsync(_copies.Database.DatabaseNamespace.DatabaseName);

    [Fact]
    public async Task A_copy_takes_what_is_newer_and_nothing_else()
    {
        Assert.True(await ApplyAsync("a", 1));
        Assert.True(await ApplyAsync("a", 3));
        Assert.False(await ApplyAsync("a", 3));
        Assert.False(await ApplyAsync("a", 2));

        var copy = await _copies.Find(c => c.Id == "a").SingleAsync(Ct);
        Assert.Equal(3, copy.Version);
        Assert.Equal([1L, 3L], copy.Applied);
    }

    [Fact]
    public async Task However_first_events_race_the_newest_wins()
    {
        var ids = Enumerable.Range(0, 50).Select(i => $"r{i}").ToList();

        await Task.WhenAll(ids.SelectMany(id => new[] { ApplyAsync(id, 1), ApplyAsync(id, 2) }));

        Assert.All(await _copies.Find(FilterDefinition<ThingCopy>.Empty).ToListAsync(Ct), copy => Assert.Equal(2, copy.Version));
        Assert.Equal(ids.Count, await _copies.CountDocumentsAsync(FilterDefinition<ThingCopy>.Empty, cancellationToken: Ct));
    }

    private Task<bool> ApplyAsync(string id, long version) => _copies.ApplyNewerAsync(
        Builders<ThingCopy>.Filter.Eq(c => c.Id, id), version, Builders<ThingCopy>.Update.Push(c => c.Applied, version), Ct);
}
