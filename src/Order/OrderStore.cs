using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Orders.Carts;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Orders;

/// <summary>Orders, one document each. Every change is one conditional write of state, version and event.</summary>
internal sealed class OrderStore(IMongoDatabase database) : ICreatesIndexes
{
    public const string Collection = "orders";

    /// <summary>Refuses the second holder of an edition.</summary>
    public const string EditionOnce = "edition_once";

    private const string OpenOnce = "open_once";

    private static readonly FilterDefinitionBuilder<Order> Filter = Builders<Order>.Filter;
    private static readonly IndexKeysDefinitionBuilder<Order> Keys = Builders<Order>.IndexKeys;
    private static readonly ProjectionDefinition<Order, Order> WithoutOutbox = Builders<Order>.Projection.Exclude(o => o.Outbox);

    private readonly IMongoCollection<Order> _orders = database.GetCollection<Order>(Collection);

    public async Task CreateIndexesAsync(CancellationToken ct)
    {
        await _orders.Indexes.CreateManyAsync(
            [
                // The product in front: it also finds all open orders of a product.
                new CreateIndexModel<Order>(
                    Keys.Ascending(o => o.Item.ProductId).Ascending(o => o.UserId),
                    new CreateIndexOptions<Order> { Name = OpenOnce, Unique = true, PartialFilterExpression = Filter.Eq(o => o.Open, true) }),
                new CreateIndexModel<Order>(
                    Keys.Ascending(o => o.Item.ProductId).Ascending(o => o.Editions),
                    new CreateIndexOptions<Order> { Name = EditionOnce, Unique = true, PartialFilterExpression = Filter.Eq(o => o.Sold, true) }),
            ],
            ct);

        if (Sabotage.Is(Sabotage.OpenIndexOff))
        {
            await _orders.Indexes.DropOneAsync(OpenOnce, ct);
        }

        if (Sabotage.Is(Sabotage.EditionIndexOff))
        {
            await _orders.Indexes.DropOneAsync(EditionOnce, ct);
        }
    }

    /// <summary>An order, if the member is its buyer or its artist.</summary>
    public async Task<Order?> FindAsync(ObjectId id, ObjectId member, CancellationToken ct) =>
        await _orders.Find(Filter.Eq(o => o.Id, id) & (Filter.Eq(o => o.UserId, member) | Filter.Eq(o => o.Item.ArtistId, member)))
            .Project(WithoutOutbox).FirstOrDefaultAsync(ct);

    /// <summary>The buyer's orders that stand in these lines' way: made from them before, or open for the same artwork.</summary>
    public async Task<IReadOnlyList<Order>> FindPresentAsync(ObjectId buyer, IReadOnlyCollection<CartLine> lines, CancellationToken ct) =>
        await _orders
            .Find(Filter.Eq(o => o.UserId, buyer) & Filter.Or(
                Filter.In(o => o.Id, lines.Select(line => line.OrderId)),
                Filter.In(o => o.Item.ProductId, lines.Select(line => line.ProductId)) & Filter.Eq(o => o.Open, true)))
            .Project(WithoutOutbox)
            .ToListAsync(ct);

    /// <summary>Some of the open orders for a product.</summary>
    public async Task<IReadOnlyList<Order>> FindOpenAsync(ObjectId product, int limit, CancellationToken ct) =>
        await _orders.Find(Filter.Eq(o => o.Item.ProductId, product) & Filter.Eq(o => o.Open, true)).Project(WithoutOutbox).Limit(limit).ToListAsync(ct);

    /// <summary>That order, while it is open.</summary>
    public async Task<IReadOnlyList<Order>> FindOpenAsync(ObjectId id, CancellationToken ct) =>
        await _orders.Find(Filter.Eq(o => o.Id, id) & Filter.Eq(o => o.Open, true)).Project(WithoutOutbox).ToListAsync(ct);

    /// <summary>Inserts orders in one call and tells which were refused because they, or an open order for the same piece, are there already.</summary>
    public async Task<IReadOnlyList<Order>> InsertAsync(IReadOnlyList<Order> orders, CancellationToken ct)
    {
        try
        {
            await _orders.InsertManyAsync(orders, new InsertManyOptions { IsOrdered = false }, ct);
            return [];
        }
        catch (MongoBulkWriteException<Order> e) when (e.IsDuplicateKey())
        {
            return [.. e.WriteErrors.Select(error => orders[error.Index])];
        }
    }

    /// <summary>Moves an order unless it has moved meanwhile.</summary>
    /// <exception cref="MongoWriteException">One of the move's editions is taken (<see cref="EditionOnce"/>).</exception>
    public async Task<bool> TryMoveAsync(Order order, OrderMove move, CancellationToken ct) =>
        (await _orders.UpdateOneAsync(Unmoved(order), Update(order, move), cancellationToken: ct)).MatchedCount == 1;

    /// <summary>Moves many orders in one call; those that moved meanwhile are left alone.</summary>
    /// <returns>How many were moved.</returns>
    public async Task<long> MoveAsync(IEnumerable<Order> orders, OrderMove move, CancellationToken ct) => (await _orders.BulkWriteAsync(
        orders.Select(order => new UpdateOneModel<Order>(Unmoved(order), Update(order, move))),
        new BulkWriteOptions { IsOrdered = false },
        ct)).ModifiedCount;

    private static FilterDefinition<Order> Unmoved(Order order) => Sabotage.Is(Sabotage.MoveWithoutVersion)
        ? Filter.Eq(o => o.Id, order.Id)
        : Filter.Eq(o => o.Id, order.Id) & Filter.Eq(o => o.Version, order.Version) & Filter.Eq(o => o.Status, order.Status);

    private static UpdateDefinition<Order> Update(Order order, OrderMove move) => Builders<Order>.Update
        .Set(o => o.Status, move.To)
        .Set(o => o.Open, OrderRules.IsOpen(move.To))
        .Set(o => o.Sold, move.To == OrderStatus.ACCEPTED)
        .Set(o => o.Editions, move.Editions)
        .Set(o => o.UpdatedAt, move.At)
        .Inc(o => o.Version, 1)
        .Push(o => o.History, new HistoryEntry(move.To, move.At, move.By, move.Reason))
        .Publishing(move.At, OrderEvents.Moved(order, move));
}
