using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Jobs.Ledger;

/// <summary>The collection <c>mails</c>: every query and its indexes. All changes of state are conditional updates of one row.</summary>
internal sealed class MailStore(IMongoDatabase database, TimeProvider clock) : ICreatesIndexes
{
    private static readonly FilterDefinitionBuilder<Mail> Filter = Builders<Mail>.Filter;
    private static readonly UpdateDefinitionBuilder<Mail> Update = Builders<Mail>.Update;
    private static readonly IndexKeysDefinitionBuilder<Mail> Keys = Builders<Mail>.IndexKeys;

    private readonly IMongoCollection<Mail> _mails = database.GetCollection<Mail>("mails");

    public Task CreateIndexesAsync(CancellationToken ct) => _mails.Indexes.CreateManyAsync(
        [
            new(Keys.Ascending(m => m.DueAt), new CreateIndexOptions<Mail> { Name = "due", PartialFilterExpression = Filter.Exists(m => m.DueAt) }),
            new(Keys.Descending(m => m.CreatedAt).Descending(m => m.Id), new CreateIndexOptions { Name = "newest" }),
            new(Keys.Ascending(m => m.State).Descending(m => m.CreatedAt).Descending(m => m.Id), new CreateIndexOptions { Name = "state_newest" }),
            new(Keys.Ascending(m => m.To).Descending(m => m.CreatedAt).Descending(m => m.Id), new CreateIndexOptions { Name = "to_newest" }),
        ],
        ct);

    /// <summary>Adds the rows that are not there yet.</summary>
    public async Task AddAsync(IReadOnlyCollection<Mail> mails, CancellationToken ct)
    {
        try
        {
            await _mails.InsertManyAsync(mails, new InsertManyOptions { IsOrdered = false }, ct);
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            // The event came before: its mails are queued or even sent.
        }
    }

    /// <summary>Takes the mail that waits longest, or whose dispatcher died, for a while; null when none is due.</summary>
    public async Task<Mail?> LeaseAsync(TimeSpan duration, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return await _mails.FindOneAndUpdateAsync(
            Filter.Lte(m => m.DueAt, now),
            Update
                .Set(m => m.State, MailStates.Sending)
                .Set(m => m.DueAt, now + duration)
                // Every lease has its own name: one that ended must not settle what its successor works on.
                .Set(m => m.LeaseBy, Guid.CreateVersion7().ToString("N"))
                .Inc(m => m.Attempts, 1),
            new FindOneAndUpdateOptions<Mail> { ReturnDocument = ReturnDocument.After, Sort = Builders<Mail>.Sort.Ascending(m => m.DueAt) },
            ct)!;
    }

    public Task SentAsync(Mail leased, string to, CancellationToken ct) =>
        SettleAsync(
            leased,
            new MailLogEntry(clock.GetUtcNow(), MailStates.Sent, null),
            Update.Set(m => m.To, to).Unset(m => m.DueAt).Unset(m => m.Model),
            ct);

    public Task RetryAsync(Mail leased, TimeSpan pause, string? to, string error, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return SettleAsync(leased, new MailLogEntry(now, MailStates.Queued, error), WithAddress(Update.Set(m => m.DueAt, now + pause), to), ct);
    }

    public Task ParkAsync(Mail leased, string? to, string error, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var update = WithAddress(Update.Unset(m => m.DueAt), to);
        // An expired code is of no use to anybody but a thief.
        return SettleAsync(leased, new MailLogEntry(now, MailStates.Parked, error), leased.IsExpired(now) ? update.Unset(m => m.Model) : update, ct);
    }

    /// <summary>Newest first. <paramref name="after"/> is the creation time and id of the last row of the page before.</summary>
    public async Task<IReadOnlyList<Mail>> ListAsync(string? state, string? to, (DateTimeOffset At, string Id)? after, int limit, CancellationToken ct)
    {
        var filter = Filter.Empty;
        if (state is not null)
        {
            filter &= Filter.Eq(m => m.State, state);
        }

        if (to is not null)
        {
            filter &= Filter.Eq(m => m.To, to);
        }

        if (after is var (at, id))
        {
            filter &= Filter.Lt(m => m.CreatedAt, at) | (Filter.Eq(m => m.CreatedAt, at) & Filter.Lt(m => m.Id, id));
        }

        return await _mails.Find(filter)
            .Sort(Builders<Mail>.Sort.Descending(m => m.CreatedAt).Descending(m => m.Id))
            .Limit(limit)
            .Project<Mail>(Builders<Mail>.Projection.Exclude(m => m.Model))
            .ToListAsync(ct);
    }

    public async Task<Mail?> FindAsync(string id, CancellationToken ct) =>
        await _mails.Find(m => m.Id == id).Project<Mail>(Builders<Mail>.Projection.Exclude(m => m.Model)).FirstOrDefaultAsync(ct);

    /// <summary>Queues parked mails that can still be sent: one, or all.</summary>
    /// <returns>How many.</returns>
    public async Task<long> RetryParkedAsync(string? id, string by, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var parked = Filter.Eq(m => m.State, MailStates.Parked) & Filter.Exists(m => m.Model)
            & (Filter.Exists(m => m.ExpiresAt, false) | Filter.Gt(m => m.ExpiresAt, now));
        var result = await _mails.UpdateManyAsync(
            id is null ? parked : parked & Filter.Eq(m => m.Id, id),
            Update
                .Set(m => m.State, MailStates.Queued)
                .Set(m => m.DueAt, now)
                .Set(m => m.Attempts, 0)
                .Push(m => m.Log, new MailLogEntry(now, MailStates.Queued, $"retry asked for by {by}")),
            cancellationToken: ct);
        return result.ModifiedCount;
    }

    private static UpdateDefinition<Mail> WithAddress(UpdateDefinition<Mail> update, string? to) =>
        to is null ? update : update.Set(m => m.To, to);

    private Task<UpdateResult> SettleAsync(Mail leased, MailLogEntry outcome, UpdateDefinition<Mail> update, CancellationToken ct) => _mails.UpdateOneAsync(
        Filter.Eq(m => m.Id, leased.Id) & Filter.Eq(m => m.LeaseBy, leased.LeaseBy),
        update.Set(m => m.State, outcome.State).Unset(m => m.LeaseBy).Push(m => m.Log, outcome),
        cancellationToken: ct);
}
