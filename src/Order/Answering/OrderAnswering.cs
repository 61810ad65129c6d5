using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Contracts.Orders;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Orders.Answering;

/// <summary>Either the status that was reached, or the code of what stood in the way.</summary>
internal sealed record Moved(OrderStatus? Status, string? Obstacle);

/// <summary>Moves orders for their buyers and artists. Who comes second in a race is judged by what the first one left.</summary>
internal sealed class OrderAnswering(OrderStore orders, SoldEditions sold, OutboxSignal signal, TimeProvider clock)
{
    // An order moves three times at most (VIEWED, ACCEPTED, CANCELLED), so nobody loses more races than that.
    private const int Tries = 4;

    public async Task<Moved> MoveAsync(ObjectId id, ObjectId member, OrderStatus to, string? reason, CancellationToken ct)
    {
        for (var tried = 0; tried < Tries; tried++)
        {
            if (await orders.FindAsync(id, member, ct) is not { } order)
            {
                return Refused(OrderProblems.NotFound);
            }

            var actor = order.UserId == member ? OrderActors.Buyer : OrderActors.Artist;
            if (order.Status == to && to == OrderStatus.VIEWED && actor == OrderActors.Artist)
            {
                // Looking twice is no move.
                return new Moved(to, null);
            }

            if (!OrderRules.Allows(order.Status, to, actor))
            {
                return Refused(to == OrderStatus.ACCEPTED && order.WasSoldToAnother ? OrderProblems.ProductSold : OrderProblems.IllegalTransition);
            }

            var move = new OrderMove(to, actor, reason, [], clock.GetUtcNow());
            var moved = to == OrderStatus.ACCEPTED ? await AcceptAsync(order, move, ct) : await MoveAsync(order, move, ct);
            if (moved is not null)
            {
                return moved;
            }
        }

        return Refused(OrderProblems.IllegalTransition);
    }

    /// <summary>Null when the order has moved meanwhile.</summary>
    private async Task<Moved?> MoveAsync(Order order, OrderMove move, CancellationToken ct)
    {
        if (!await orders.TryMoveAsync(order, move, ct))
        {
            return null;
        }

        CrashPoints.Reached(CrashPoints.OrderMoved);
        signal.Raise();
        return new Moved(move.To, null);
    }

    private async Task<Moved?> AcceptAsync(Order order, OrderMove move, CancellationToken ct)
    {
        var item = order.Item;
        for (var tried = 0; tried <= item.EditionCount; tried++)
        {
            var free = OrderRules.FreeEditions(item.EditionCount, await sold.NumbersAsync(item.ProductId, ct), item.Quantity);
            if (free.Count < item.Quantity)
            {
                return Refused(free.Count == 0 ? OrderProblems.ProductSold : OrderProblems.NotEnoughEditions);
            }

            try
            {
                return await MoveAsync(order, move with { Editions = free }, ct);
            }
            catch (MongoWriteException e) when (e.IsDuplicateKey(OrderStore.EditionOnce))
            {
                // Another order took one of them in this instant: try the next free ones.
            }
        }

        return Refused(OrderProblems.ProductSold);
    }

    private static Moved Refused(string obstacle) => new(null, obstacle);
}
