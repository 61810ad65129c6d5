using MongoDB.Bson;
using Visuels.Contracts.Orders;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.Orders.Answering;

/// <summary>Turns down the open orders for an artwork whose last edition is sold. Doing it again changes nothing.</summary>
internal sealed class SoldOutArtworks(OrderStore orders, SoldEditions sold, OutboxSignal signal, TimeProvider clock)
{
    private const int BatchSize = 100;

    /// <summary>Whoever is still open.</summary>
    public Task RejectTheRestAsync(ObjectId product, CancellationToken ct) =>
        RejectAsync(product, () => orders.FindOpenAsync(product, BatchSize, ct), ct);

    /// <summary>One order, if it is still open.</summary>
    public Task RejectAsync(ObjectId product, ObjectId order, CancellationToken ct) => RejectAsync(product, () => orders.FindOpenAsync(order, ct), ct);

    private async Task RejectAsync(ObjectId product, Func<Task<IReadOnlyList<Order>>> findOpen, CancellationToken ct)
    {
        // Asked before each batch: an artist who cancels meanwhile has an edition to sell again.
        while (await sold.AreAllTakenAsync(product, ct) && await findOpen() is { Count: > 0 } open)
        {
            CrashPoints.Reached(CrashPoints.OrderSoldOut);
            var move = new OrderMove(OrderStatus.REJECTED, OrderActors.System, OrderRules.SoldReason, [], clock.GetUtcNow());
            await orders.MoveAsync(open, move, ct);
            CrashPoints.Reached(CrashPoints.OrderRestRejected);
            signal.Raise();
        }
    }
}
