using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Auth.Activities;

/// <summary>Collection <c>activity</c>.</summary>
internal sealed class ActivityStore(IMongoDatabase database, TimeProvider clock) : ICreatesIndexes
{
    public const string Collection = "activity";

    private static readonly FilterDefinitionBuilder<ActivityEntry> Filter = Builders<ActivityEntry>.Filter;
    private static readonly IndexKeysDefinitionBuilder<ActivityEntry> Keys = Builders<ActivityEntry>.IndexKeys;
    private static readonly SortDefinition<ActivityEntry> NewestFirst = Builders<ActivityEntry>.Sort.Descending(e => e.At).Descending(e => e.Id);

    private readonly IMongoCollection<ActivityEntry> _entries = database.GetCollection<ActivityEntry>(Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _entries.Indexes.CreateManyAsync(
        [
            new(Keys.Ascending(e => e.UserId).Descending(e => e.At).Descending(e => e.Id), new CreateIndexOptions { Name = "own" }),
            new(Keys.Ascending(e => e.UserId).Ascending(e => e.ByStranger).Descending(e => e.At).Descending(e => e.Id), new CreateIndexOptions { Name = "surplus" }),
            new(Keys.Ascending(e => e.DeleteAt), new CreateIndexOptions { Name = "delete_at", ExpireAfter = TimeSpan.Zero }),
        ],
        ct);

    /// <summary>Writes entries down, and removes the oldest of accounts that have too many then.</summary>
    public async Task AddAsync(IReadOnlyCollection<ActivityEntry> entries, CancellationToken ct)
    {
        await _entries.InsertManyAsync(entries, new InsertManyOptions { IsOrdered = false }, ct);
        foreach (var (user, byStranger) in entries.Select(entry => (entry.UserId, entry.ByStranger)).Distinct())
        {
            var surplus = await _entries.Find(Filter.Eq(e => e.UserId, user) & Filter.Eq(e => e.ByStranger, byStranger))
                .Sort(NewestFirst)
                .Skip(byStranger ? ActivityEntry.MostOfStrangers : ActivityEntry.MostOwn)
                .Project(e => e.Id)
                .ToListAsync(ct);
            if (surplus.Count > 0)
            {
                await _entries.DeleteManyAsync(Filter.In(e => e.Id, surplus), ct);
            }
        }
    }

    /// <summary>What happened to an account, newest first.</summary>
    /// <param name="user">The account.</param>
    /// <param name="after">The last entry that was given out; null at the beginning.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<List<ActivityEntry>> ListAsync(ObjectId user, (DateTimeOffset At, ObjectId Id)? after, int limit, CancellationToken ct)
    {
        var filter = Filter.Eq(e => e.UserId, user) & Filter.Gt(e => e.At, clock.GetUtcNow() - ActivityEntry.Life);
        if (after is var (at, id))
        {
            filter &= Filter.Lt(e => e.At, at) | (Filter.Eq(e => e.At, at) & Filter.Lt(e => e.Id, id));
        }

        return _entries.Find(filter).Sort(NewestFirst).Limit(limit).ToListAsync(ct);
    }

    /// <summary>Removes all of a deleted account.</summary>
    public Task ForgetAsync(ObjectId user, CancellationToken ct) => _entries.DeleteManyAsync(e => e.UserId == user, ct);
}
