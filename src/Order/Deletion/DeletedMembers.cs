using System.Linq.Expressions;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Contracts.Orders;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Orders.Deletion;

/// <summary>
/// Ends the open orders of a buyer or an artist who has deleted the account; the other side is told as of every move. Accepted orders stand:
/// a sale is the other side's too. So does what the buyer asked for in them; out of all other orders those words go.
/// </summary>
internal sealed class DeletedMembers(IMongoDatabase database, OrderStore orders, UserCards users, OutboxSignal signal, TimeProvider clock) : IForgetsUsers
{
    private const int BatchSize = 100;

    private static readonly FilterDefinitionBuilder<Order> Filter = Builders<Order>.Filter;

    private readonly IMongoCollection<Order> _orders = database.GetCollection<Order>(OrderStore.Collection);

    public async Task ForgetAsync(ObjectId user, CancellationToken ct)
    {
        await CloseAsync(order => order.UserId, user, OrderStatus.CANCELLED, ct);
        await CloseAsync(order => order.Item.ArtistId, user, OrderStatus.REJECTED, ct);
        await _orders.UpdateManyAsync(
            Filter.Eq(o => o.UserId, user) & Filter.Ne(o => o.Status, OrderStatus.ACCEPTED) & Filter.Exists(o => o.Requirement),
            Builders<Order>.Update.Unset(o => o.Requirement),
            cancellationToken: ct);
    }

    /// <summary>For an order that was placed while one of its sides left, or that came to nothing afterwards.</summary>
    public async Task CloseIfLeftAsync(ObjectId buyer, ObjectId artist, CancellationToken ct)
    {
        foreach (var user in await users.FindDeletedAsync([buyer, artist], ct))
        {
            await ForgetAsync(user, ct);
        }
    }

    private async Task CloseAsync(Expression<Func<Order, ObjectId>> side, ObjectId user, OrderStatus status, CancellationToken ct)
    {
        var open = Filter.Eq(side, user) & Filter.In(o => o.Status, [OrderStatus.REQUESTED, OrderStatus.VIEWED]);
        while (await ReadAsync(open, ct) is { Count: > 0 } found)
        {
            await orders.MoveAsync(found, new OrderMove(status, OrderActors.System, OrderRules.AccountDeletedReason, [], clock.GetUtcNow()), ct);
            signal.Raise();
        }
    }

    private Task<List<Order>> ReadAsync(FilterDefinition<Order> filter, CancellationToken ct) =>
        _orders.Find(filter).Limit(BatchSize).Project<Order>(Builders<Order>.Projection.Exclude(o => o.Outbox)).ToListAsync(ct);
}
