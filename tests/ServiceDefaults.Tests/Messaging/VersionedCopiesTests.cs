using System.Reflection;
using MongoDB.Bson;
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

    /// <summary>Between a store's look for the copy and its insert another event may make it; stores that lock both away never show this.</summary>
    [Fact]
    public async Task A_newer_event_wins_over_an_older_one_that_made_the_copy_in_the_same_instant()
    {
        var racing = DispatchProxy.Create<IMongoCollection<BsonDocument>, RacingCopies>();
        ((RacingCopies)racing).Copies = _copies.Database.GetCollection<BsonDocument>("copies");

        Assert.True(await racing.ApplyNewerAsync(
            Builders<BsonDocument>.Filter.Eq("_id", "a"), 2, Builders<BsonDocument>.Update.Push("applied", 2L), Ct));

        Assert.Equal(2, (await _copies.Find(c => c.Id == "a").SingleAsync(Ct)).Version);
    }

    private Task<bool> ApplyAsync(string id, long version) => _copies.ApplyNewerAsync(
        Builders<ThingCopy>.Filter.Eq(c => c.Id, id), version, Builders<ThingCopy>.Update.Push(c => c.Applied, version), Ct);

    /// <summary>Lets version 1 of the copy come into being just before the upsert, which then fails as a store would fail it.</summary>
    public class RacingCopies : DispatchProxy
    {
        private bool _raced;

        internal IMongoCollection<BsonDocument> Copies { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            !_raced && targetMethod!.Name == nameof(IMongoCollection<>.UpdateOneAsync) && (_raced = true)
                ? RaceAsync()
                : targetMethod!.Invoke(Copies, args);

        private async Task<UpdateResult> RaceAsync()
        {
            var older = new BsonDocument { { "_id", "a" }, { "version", 1L }, { "applied", new BsonArray { 1L } } };
            await Copies.InsertOneAsync(older);
            await Copies.InsertOneAsync(older);
            throw new InvalidOperationException("The second insert is refused.");
        }
    }
}
