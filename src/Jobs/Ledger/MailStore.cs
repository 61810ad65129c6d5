using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Paging;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Jobs.Ledger;

/// <summary>The collection <c>mails</c>: every query and its indexes. All changes of state are conditional updates of one row.</summary>
internal sealed class MailStore(IMongoDatabase database, TimeProvider clock) : ICreatesIndexes, IForgetsUsers
{
    private const int MostLogEntries = 100;

    private static readonly FilterDefinitionBuilder<Mail> Filter = Builders<Mail>.Filter;
    private static readonly UpdateDefinitionBuilder<Mail> Update = Builders<Mail>.Update;
    private static readonly IndexKeysDefinitionBuilder<Mail> Keys = Builders<Mail>.IndexKeys;

    private readonly IMongoCollection<Mail> _mails = database.GetCollection<Mail>("mails");

    public Task CreateIndexesAsync(CancellationToken ct) => _mails.Indexes.CreateManyAsync(
        [
            new(Keys.Ascending(m => m.Fresh).Ascending(m => m.DueAt), new CreateIndexOptions<Mail> { Name = "fresh_due", PartialFilterExpression = Filter.Exists(m => m.DueAt) }),
            new(Keys.Ascending(m => m.State).Ascending(m => m.SettledAt), new CreateIndexOptions<Mail> { Name = "state_settled", PartialFilterExpression = Filter.Exists(m => m.SettledAt) }),
            new(Keys.Descending(m => m.CreatedAt).Descending(m => m.Id), new CreateIndexOptions { Name = "newest" }),
            new(Keys.Ascending(m => m.State).Descending(m => m.CreatedAt).Descending(m => m.Id), new CreateIndexOptions { Name = "state_newest" }),
            new(Keys.Ascending(m => m.To).Descending(m => m.CreatedAt).Descending(m => m.Id), new CreateIndexOptions { Name = "to_newest" }),
            new(Keys.Ascending(m => m.UserId).Descending(m => m.CreatedAt).Descending(m => m.Id), new CreateIndexOptions { Name = "user_newest" }),
            new(Keys.Ascending(m => m.Template).Descending(m => m.CreatedAt).Descending(m => m.Id), new CreateIndexOptions { Name = "template_newest" }),
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

    /// <summary>
    /// Takes the mail that waits longest, or whose dispatcher died, for a while; null when none is due.
    /// </summary>
    /// <param name="fresh">Among those never tried, or among the others: neither may starve the other.</param>
    /// <param name="duration">How long it stays taken.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<Mail?> LeaseAsync(bool fresh, TimeSpan duration, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return await _mails.FindOneAndUpdateAsync(
            Filter.Eq(m => m.Fresh, fresh ? true : null) & Filter.Lte(m => m.DueAt, now),
            Update
                .Set(m => m.State, MailStates.Sending)
                .Set(m => m.DueAt, Sabotage.Is(Sabotage.MailLeaseIgnored) ? now : now + duration)
                // Every lease has its own name: one that ended must not settle what its successor works on.
                .Set(m => m.LeaseBy, Guid.CreateVersion7().ToString("N"))
                .Unset(m => m.Fresh)
                .Inc(m => m.Attempts, 1),
            new FindOneAndUpdateOptions<Mail> { ReturnDocument = ReturnDocument.After, Sort = Builders<Mail>.Sort.Ascending(m => m.DueAt) },
            ct)!;
    }

    /// <summary>Writes down how an attempt ended; false when its lease had ended before and another has taken over.</summary>
    public async Task<bool> SettleAsync(Mail leased, MailOutcome outcome, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var update = Update
            .Set(m => m.State, outcome.State)
            .Unset(m => m.LeaseBy)
            .PushEach(m => m.Log, [new MailLogEntry(now, outcome.State, outcome.Error)], slice: -MostLogEntries);
        if (outcome.To is { } to)
        {
            update = update.Set(m => m.To, to);
        }

        update = outcome.State == MailStates.Queued
            ? update.Set(m => m.DueAt, leased.NoLaterThanExpiry(now + outcome.Pause))
            : update.Set(m => m.SettledAt, now).Unset(m => m.DueAt);

        if (outcome.State == MailStates.Dropped)
        {
            update = update.Unset(m => m.To).Unset(m => m.Model);
        }

        // Of no use to anybody any more, an expired code to a thief at most.
        if (outcome.State == MailStates.Sent || (outcome.State == MailStates.Parked && leased.IsExpired(now)))
        {
            update = update.Unset(m => m.Model);
        }

        var result = await _mails.UpdateOneAsync(
            Filter.Eq(m => m.Id, leased.Id) & Filter.Eq(m => m.LeaseBy, leased.LeaseBy), update, cancellationToken: ct);
        return result.MatchedCount == 1;
    }

    /// <summary>All mails to somebody, newest first.</summary>
    public IAsyncEnumerable<Mail> OfAsync(ObjectId user, CancellationToken ct) => _mails
        .Find(m => m.UserId == user)
        .Sort(Builders<Mail>.Sort.Descending(m => m.CreatedAt).Descending(m => m.Id))
        .Project<Mail>(Builders<Mail>.Projection.Exclude(m => m.Model))
        .StreamAsync(ct);

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Mail>> ListAsync(MailFilter filter, NewestFirst<string> page, CancellationToken ct)
    {
        var wanted = filter.Definition;
        if (page.After is var (at, id))
        {
            wanted &= Filter.Lt(m => m.CreatedAt, at) | (Filter.Eq(m => m.CreatedAt, at) & Filter.Lt(m => m.Id, id));
        }

        return await _mails.Find(wanted)
            .Sort(Builders<Mail>.Sort.Descending(m => m.CreatedAt).Descending(m => m.Id))
            .Limit(page.Count)
            .Project<Mail>(Builders<Mail>.Projection.Exclude(m => m.Model))
            .ToListAsync(ct);
    }

    /// <summary>One row, with its seal: whether it has one decides whether it can be tried again.</summary>
    public async Task<Mail?> FindAsync(string id, CancellationToken ct) => await _mails.Find(m => m.Id == id).FirstOrDefaultAsync(ct);

    /// <summary>Queues one parked mail if it can still be sent.</summary>
    public async Task<bool> RetryAsync(string id, string by, CancellationToken ct) =>
        await RetryAsync(Filter.Eq(m => m.Id, id), by, ct) == 1;

    /// <summary>Queues the parked mails that can still be sent.</summary>
    /// <returns>How many.</returns>
    public Task<long> RetryAsync(MailFilter filter, string by, CancellationToken ct) => RetryAsync(filter.Definition, by, ct);

    /// <summary>Drops what was not sent to a deleted account, and takes the address out of all of its rows. One that is being sent ends by itself.</summary>
    public async Task ForgetAsync(ObjectId user, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var mine = Filter.Eq(m => m.UserId, user);
        await _mails.UpdateManyAsync(
            mine & Filter.In(m => m.State, [MailStates.Queued, MailStates.Parked]),
            Update
                .Set(m => m.State, MailStates.Dropped)
                .Set(m => m.SettledAt, now)
                .Unset(m => m.DueAt)
                .Unset(m => m.Fresh)
                .PushEach(m => m.Log, [new MailLogEntry(now, MailStates.Dropped, null)], slice: -MostLogEntries),
            cancellationToken: ct);
        await _mails.UpdateManyAsync(mine & Filter.Ne(m => m.State, MailStates.Sending), Update.Unset(m => m.To).Unset(m => m.Model), cancellationToken: ct);
    }

    /// <summary>Deletes rows that were settled long ago.</summary>
    /// <returns>How many.</returns>
    public async Task<long> DeleteSettledAsync(string state, DateTimeOffset before, CancellationToken ct) =>
        (await _mails.DeleteManyAsync(Filter.Eq(m => m.State, state) & Filter.Lt(m => m.SettledAt, before), ct)).DeletedCount;

    private async Task<long> RetryAsync(FilterDefinition<Mail> which, string by, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var result = await _mails.UpdateManyAsync(
            which
                & Filter.Eq(m => m.State, MailStates.Parked) & Filter.Exists(m => m.Model)
                & (Filter.Exists(m => m.ExpiresAt, false) | Filter.Gt(m => m.ExpiresAt, now)),
            Update
                .Set(m => m.State, MailStates.Queued)
                .Set(m => m.DueAt, now)
                .Set(m => m.Attempts, 0)
                .Unset(m => m.SettledAt)
                .PushEach(m => m.Retries, [new MailRetry(now, by)], slice: -MostLogEntries),
            cancellationToken: ct);
        return result.ModifiedCount;
    }
}
