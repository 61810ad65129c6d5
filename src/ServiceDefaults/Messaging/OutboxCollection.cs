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

/// <summary>Leases aggregates that hold events, and takes back what was published.</summary>
internal sealed class OutboxCollection(IMongoDatabase database, string name, TimeProvider clock) : ICreatesIndexes
{
    private static readonly FilterDefinitionBuilder<OutboxDocument> Filter = Builders<OutboxDocument>.Filter;
    private static readonly UpdateDefinitionBuilder<OutboxDocument> Update = Builders<OutboxDocument>.Update;

    private readonly IMongoCollection<OutboxDocument> _documents = database.GetCollection<OutboxDocument>(name);

    public string Name => name;

    public Task CreateIndexesAsync(CancellationToken ct) => _documents.Indexes.CreateOneAsync(
        new CreateIndexModel<OutboxDocument>(
            Builders<OutboxDocument>.IndexKeys.Ascending(d => d.Outbox.PendingAt),
            new CreateIndexOptions<OutboxDocument>
            {
                Name = "outbox_pending",
                PartialFilterExpression = Filter.Exists(d => d.Outbox.PendingAt),
            }),
        cancellationToken: ct);

    /// <summary>The aggregate that waits longest and that no relay works on; null when there is none.</summary>
    public async Task<OutboxDocument?> LeaseAsync(TimeSpan duration, CancellationToken ct)
    {
        var now = clock.GetUtcNow();

        return await _documents.FindOneAndUpdateAsync(
            Filter.Lte(d => d.Outbox.PendingAt, now)
                & Filter.Or(Filter.Exists(d => d.Outbox.LeaseUntil, false), Filter.Lte(d => d.Outbox.LeaseUntil, now)),
            // Every lease has its own name: one that ended must not settle what its successor, maybe the same relay, works on.
            Update.Set(d => d.Outbox.LeaseBy, Guid.CreateVersion7().ToString("N")).Set(d => d.Outbox.LeaseUntil, now + duration),
            new FindOneAndUpdateOptions<OutboxDocument>
            {
                ReturnDocument = ReturnDocument.After,
                Sort = Builders<OutboxDocument>.Sort.Ascending(d => d.Outbox.PendingAt),
                Projection = Builders<OutboxDocument>.Projection.Include(d => d.Outbox),
            },
            ct);
    }

    /// <summary>Removes what was published, and only that, and gives the lease back. What is left is due at <paramref name="nextDue"/>.</summary>
    public async Task SettleAsync(OutboxDocument leased, IReadOnlyList<Guid> published, DateTimeOffset nextDue, CancellationToken ct)
    {
        var mine = Filter.Eq(d => d.Id, leased.Id) & Filter.Eq(d => d.Outbox.LeaseBy, leased.Outbox.LeaseBy);
        var entries = leased.Outbox.Entries;
        var settled = Update
            .PullFilter(d => d.Outbox.Entries, Builders<OutboxEntry>.Filter.In(e => e.Id, published))
            .Unset(d => d.Outbox.LeaseBy)
            .Unset(d => d.Outbox.LeaseUntil);

        var result = await _documents.UpdateOneAsync(
            mine & Filter.Size(d => d.Outbox.Entries, entries.Count),
            published.Count == entries.Count ? settled.Unset(d => d.Outbox.PendingAt) : settled.Set(d => d.Outbox.PendingAt, nextDue),
            cancellationToken: ct);

        if (result.MatchedCount == 0)
        {
            // Something was appended meanwhile, which is due at once; or the lease ended and is not ours any more.
            await _documents.UpdateOneAsync(mine, settled.Set(d => d.Outbox.PendingAt, clock.GetUtcNow()), cancellationToken: ct);
        }
    }
}
