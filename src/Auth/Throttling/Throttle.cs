using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Sealing;

namespace Visuels.Auth.Throttling;

/// <summary>
/// Slows guessing down. A try is counted before the password is looked at, so that no more get through at once than one after the other,
/// and a right password takes the count back. Addresses without an account are counted like all others.
/// </summary>
internal sealed class Throttle(IMongoDatabase database, KeyRing ring, TimeProvider clock) : ICreatesIndexes
{
    public const string Collection = "tries";

    private const string Use = "tries";

    // The number of tries from which on the pause does not grow any more.
    private static readonly int Slowest = Enumerable.Range(TryCount.Free, 32).First(tries => TryCount.PauseAfter(tries) == TryCount.Longest);

    private readonly IMongoCollection<TryCount> _tries = database.GetCollection<TryCount>(Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _tries.Indexes.CreateOneAsync(
        new CreateIndexModel<TryCount>(Builders<TryCount>.IndexKeys.Ascending(t => t.DeleteAt), new CreateIndexOptions { ExpireAfter = TimeSpan.Zero }),
        cancellationToken: ct);

    /// <summary>The tries at signing in to an address from anywhere, or from one device that has signed in to it before.</summary>
    public string SignInKey(string email, string? knownDevice) => ring.Hash($"{email}|{knownDevice}", Use);

    /// <summary>The tries at the password by those who are signed in already.</summary>
    public string OwnerKey(string userId) => ring.Hash(userId, Use);

    /// <summary>Counts a try, unless it comes too soon.</summary>
    /// <returns>Null when it may go on, else how long it has to wait.</returns>
    public async Task<TimeSpan?> ReserveAsync(string key, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        try
        {
            await _tries.UpdateOneAsync(
                Builders<TryCount>.Filter.Eq(t => t.Key, key) & InTime(now),
                Builders<TryCount>.Update.Inc(t => t.Tries, 1).Set(t => t.TriedAt, now).Set(t => t.DeleteAt, now + TryCount.Memory),
                new UpdateOptions { IsUpsert = true },
                ct);
            return null;
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            // The document is there, and its pause is not over.
            var count = await _tries.Find(t => t.Key == key).FirstOrDefaultAsync(ct);
            var wait = count is null ? TimeSpan.Zero : count.TriedAt + TryCount.PauseAfter(count.Tries) - now;
            return wait > TimeSpan.FromSeconds(1) ? wait : TimeSpan.FromSeconds(1);
        }
    }

    /// <summary>The password was right: its owner begins anew.</summary>
    public Task ReleaseAsync(string key, CancellationToken ct) => _tries.DeleteOneAsync(t => t.Key == key, ct);

    private static FilterDefinition<TryCount> InTime(DateTimeOffset now)
    {
        var filter = Builders<TryCount>.Filter;
        return filter.Or(
        [
            filter.Lt(t => t.Tries, TryCount.Free),
            .. Enumerable.Range(TryCount.Free, Slowest - TryCount.Free).Select(tries =>
                filter.Eq(t => t.Tries, tries) & filter.Lte(t => t.TriedAt, now - TryCount.PauseAfter(tries))),
            filter.Gte(t => t.Tries, Slowest) & filter.Lte(t => t.TriedAt, now - TryCount.Longest),
        ]);
    }
}
