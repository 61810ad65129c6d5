using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>What a relay reads of an aggregate, whatever else it is.</summary>
internal sealed class OutboxDocument
{
    public required BsonValue Id { get; set; }

    public required Outbox Outbox { get; set; }
}

/// <summary>What became of the lease of a relay that has done its work.</summary>
internal enum Settlement
{
    /// <summary>Given back, and what was published is noted.</summary>
    Done,

    /// <summary>The same, and something is due at once, because it was appended meanwhile.</summary>
    MoreIsDue,

    /// <summary>It had ended: nothing is noted, and a successor has the same entries.</summary>
    LeaseLost,
}

/// <summary>What waits in the outboxes of a collection.</summary>
/// <param name="Events">How many.</param>
/// <param name="Oldest">When the oldest one happened; null when none waits.</param>
internal sealed record OutboxBacklog(long Events, DateTimeOffset? Oldest);

/// <summary>Leases aggregates that hold events, and takes back what was published.</summary>
internal sealed class OutboxCollection(IMongoDatabase database, string name, TimeProvider clock) : ICreatesIndexes
{
    private const string Pending = "outbox.pendingAt";
    private const string Parked = "outbox.parked.at";

    private static readonly FilterDefinitionBuilder<OutboxDocument> Filter = Builders<OutboxDocument>.Filter;
    private static readonly UpdateDefinitionBuilder<OutboxDocument> Update = Builders<OutboxDocument>.Update;

    private static readonly SortDefinition<OutboxDocument> LongestFirst = Builders<OutboxDocument>.Sort.Ascending(d => d.Outbox.PendingAt);

    private static readonly ProjectionDefinition<OutboxDocument, OutboxDocument> OutboxOnly =
        Builders<OutboxDocument>.Projection.Include(d => d.Outbox);

    private readonly IMongoCollection<OutboxDocument> _documents = database.GetCollection<OutboxDocument>(name);

    public string Name => name;

    // Holds nothing but the documents that have the element: almost none.
    private static CreateIndexModel<OutboxDocument> Partial(string name, FieldDefinition<OutboxDocument> element) => new(
        Builders<OutboxDocument>.IndexKeys.Ascending(element),
        new CreateIndexOptions<OutboxDocument> { Name = name, PartialFilterExpression = Filter.Exists(element) });

    public Task CreateIndexesAsync(CancellationToken ct) => _documents.Indexes.CreateManyAsync(
        [
            Partial("outbox_pending", Pending),
            Partial("outbox_parked", Parked),
        ],
        ct);

    private static FilterDefinition<OutboxDocument> Due(DateTimeOffset now) => Filter.Lte(d => d.Outbox.PendingAt, now)
        & Filter.Or(Filter.Exists(d => d.Outbox.LeaseUntil, false), Filter.Lte(d => d.Outbox.LeaseUntil, now));

    // Every lease has its own name: one that ended must not settle what its successor, maybe the same relay, works on.
    private static string NewName() => Guid.CreateVersion7().ToString("N");

    private static UpdateDefinition<OutboxDocument> LeasedBy(string name, DateTimeOffset until) =>
        Update.Set(d => d.Outbox.LeaseBy, name).Set(d => d.Outbox.LeaseUntil, until);

    /// <summary>Those that wait longest, in three calls however many there are; without those at which another relay is quicker.</summary>
    public async Task<IReadOnlyList<OutboxDocument>> LeaseManyAsync(int limit, TimeSpan duration, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var found = await _documents.Find(Due(now)).Sort(LongestFirst).Limit(limit).Project(Builders<OutboxDocument>.Projection.Include(d => d.Id)).ToListAsync(ct);

        if (found.Count == 0)
        {
            return [];
        }

        var these = Filter.In(d => d.Id, found.Select(document => document["_id"]));
        var name = NewName();
        await _documents.UpdateManyAsync(these & Due(now), LeasedBy(name, now + duration), cancellationToken: ct);
        return await _documents.Find(these & Filter.Eq(d => d.Outbox.LeaseBy, name)).Project(OutboxOnly).ToListAsync(ct);
    }

    /// <summary>The aggregate that waits longest and that no relay works on; null when there is none.</summary>
    public async Task<OutboxDocument?> LeaseAsync(TimeSpan duration, CancellationToken ct)
    {
        var now = clock.GetUtcNow();

        return await _documents.FindOneAndUpdateAsync(
            Due(now),
            LeasedBy(NewName(), now + duration),
            new FindOneAndUpdateOptions<OutboxDocument> { ReturnDocument = ReturnDocument.After, Sort = LongestFirst, Projection = OutboxOnly },
            ct);
    }

    /// <summary>
    /// Removes what was published, moves aside what was given up, and only that, and gives the lease back. What is left is due at
    /// <paramref name="nextDue"/>.
    /// </summary>
    public async Task<Settlement> SettleAsync(
        OutboxDocument leased, IReadOnlyList<Guid> published, IReadOnlyList<ParkedEvent> parked, DateTimeOffset nextDue, CancellationToken ct)
    {
        var mine = Filter.Eq(d => d.Id, leased.Id) & Filter.Eq(d => d.Outbox.LeaseBy, leased.Outbox.LeaseBy);
        var entries = leased.Outbox.Entries;
        Guid[] gone = [.. published, .. parked.Select(p => p.Entry.Id)];
        var settled = Update
            .PullFilter(d => d.Outbox.Entries, Builders<OutboxEntry>.Filter.In(e => e.Id, gone))
            .Unset(d => d.Outbox.LeaseBy)
            .Unset(d => d.Outbox.LeaseUntil);

        if (parked.Count > 0)
        {
            settled = settled.PushEach(d => d.Outbox.Parked, parked);
        }

        var result = await _documents.UpdateOneAsync(
            mine & Filter.Size(d => d.Outbox.Entries, entries.Count),
            gone.Length == entries.Count ? settled.Unset(d => d.Outbox.PendingAt) : settled.Set(d => d.Outbox.PendingAt, nextDue),
            cancellationToken: ct);

        if (result.MatchedCount == 1)
        {
            return Settlement.Done;
        }

        // Something was appended meanwhile, which is due at once; or the lease ended and is not ours any more.
        result = await _documents.UpdateOneAsync(mine, settled.Set(d => d.Outbox.PendingAt, clock.GetUtcNow()), cancellationToken: ct);
        return result.MatchedCount == 1 ? Settlement.MoreIsDue : Settlement.LeaseLost;
    }

    /// <summary>How much waits, in one call.</summary>
    public async Task<OutboxBacklog> BacklogAsync(CancellationToken ct)
    {
        // What cannot be read counts as one: it waits, too.
        var found = await _documents.Aggregate()
            .Match(Filter.Exists(Pending))
            .Group<BsonDocument>(new BsonDocument
            {
                ["_id"] = BsonNull.Value,
                ["events"] = BsonDocument.Parse("{$sum: {$cond: [{$isArray: '$outbox.entries'}, {$size: '$outbox.entries'}, 1]}}"),
                ["oldest"] = BsonDocument.Parse("{$min: {$min: '$outbox.entries.at'}}"),
            })
            .FirstOrDefaultAsync(ct);
        return found is null
            ? new OutboxBacklog(0, null)
            : new OutboxBacklog(found["events"].ToInt64(), found["oldest"] is BsonDateTime oldest ? oldest.ToUniversalTime() : null);
    }

    /// <summary>The aggregates that hold parked events, at most 100; of one event unless the id is empty.</summary>
    public Task<List<OutboxDocument>> ParkedAsync(Guid entry, CancellationToken ct) => _documents
        .Find(Filter.Exists(Parked)
            & (entry == Guid.Empty ? Filter.Empty : Filter.ElemMatch(d => d.Outbox.Parked, p => p.Entry.Id == entry)))
        .Project<OutboxDocument>(Builders<OutboxDocument>.Projection.Include(d => d.Outbox))
        .Limit(100)
        .ToListAsync(ct);

    /// <summary>Puts a parked event back among those that wait. False when somebody else has done so.</summary>
    public async Task<bool> ReleaseAsync(OutboxDocument document, ParkedEvent parked, CancellationToken ct)
    {
        var result = await _documents.UpdateOneAsync(
            Filter.Eq(d => d.Id, document.Id) & Filter.ElemMatch(d => d.Outbox.Parked, p => p.Entry.Id == parked.Entry.Id),
            Update.PullFilter(d => d.Outbox.Parked, p => p.Entry.Id == parked.Entry.Id)
                .Push(d => d.Outbox.Entries, parked.Entry)
                .Set(d => d.Outbox.PendingAt, clock.GetUtcNow()),
            cancellationToken: ct);
        return result.MatchedCount == 1;
    }
}
