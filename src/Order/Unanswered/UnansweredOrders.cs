using MongoDB.Driver;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Orders.Unanswered;

/// <summary>The open orders by age, and by how often their artists have been reminded.</summary>
internal sealed class UnansweredOrders(IMongoDatabase database) : ICreatesIndexes
{
    public const int BatchSize = 100;

    private static readonly FilterDefinitionBuilder<Order> Filter = Builders<Order>.Filter;
    private static readonly IndexKeysDefinitionBuilder<Order> Keys = Builders<Order>.IndexKeys;

    private readonly IMongoCollection<Order> _orders = database.GetCollection<Order>(OrderStore.Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _orders.Indexes.CreateManyAsync(
        [
            new(Keys.Ascending(o => o.CreatedAt), new CreateIndexOptions<Order> { Name = "open_oldest", PartialFilterExpression = Filter.Eq(o => o.Open, true) }),
            new(
                Keys.Ascending(o => o.Reminders).Ascending(o => o.CreatedAt),
                new CreateIndexOptions<Order> { Name = "open_reminders", PartialFilterExpression = Filter.Eq(o => o.Open, true) }),
        ],
        ct);

    /// <summary>Some of those placed at that time or before, the oldest first.</summary>
    public async Task<IReadOnlyList<Order>> FindAsync(DateTimeOffset placedBy, CancellationToken ct) =>
        await ReadAsync(Filter.Eq(o => o.Open, true) & Filter.Lte(o => o.CreatedAt, placedBy), ct);

    /// <summary>Some of those placed between two times whose artist has been reminded so often; null for never.</summary>
    public async Task<IReadOnlyList<Order>> FindAsync(int? reminders, DateTimeOffset placedAfter, DateTimeOffset placedBy, CancellationToken ct) => await ReadAsync(
        Filter.Eq(o => o.Open, true) & Filter.Eq(o => o.Reminders, reminders) & Filter.Gt(o => o.CreatedAt, placedAfter) & Filter.Lte(o => o.CreatedAt, placedBy), ct);

    /// <summary>
    /// Notes a reminder on each order and has it told, in one write per order: one that is answered or was reminded meanwhile is left alone.
    /// </summary>
    /// <returns>How many reminders were noted.</returns>
    public async Task<long> RemindAsync(IEnumerable<(Order Order, int Reminder, DateTimeOffset ExpiresAt)> reminders, DateTimeOffset now, CancellationToken ct) =>
        (await _orders.BulkWriteAsync(
            reminders.Select(due => new UpdateOneModel<Order>(
                Filter.Eq(o => o.Id, due.Order.Id) & Filter.Eq(o => o.Version, due.Order.Version)
                    & Filter.Eq(o => o.Open, true) & Filter.Eq(o => o.Reminders, due.Order.Reminders),
                Builders<Order>.Update
                    .Set(o => o.Reminders, due.Reminder)
                    .Publishing(now, OrderEvents.LeftUnanswered(due.Order, due.Reminder, due.ExpiresAt, now)))),
            new BulkWriteOptions { IsOrdered = false },
            ct)).ModifiedCount;

    private async Task<IReadOnlyList<Order>> ReadAsync(FilterDefinition<Order> filter, CancellationToken ct) => await _orders
        .Find(filter)
        .Sort(Builders<Order>.Sort.Ascending(o => o.CreatedAt))
        .Project<Order>(Builders<Order>.Projection.Exclude(o => o.Outbox))
        .Limit(BatchSize)
        .ToListAsync(ct);
}
