using Microsoft.Extensions.Options;
using Visuels.Contracts.Orders;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Schedules;

namespace Visuels.Orders.Unanswered;

/// <summary>Turns down orders that their artists never answered, so that buyers know where they stand. An answer in this instant wins or loses, never both.</summary>
internal sealed class OrderExpiry(
    UnansweredOrders unanswered, OrderStore orders, OutboxSignal signal, IOptions<UnansweredOptions> options, TimeProvider clock) : IScheduledJob
{
    public async Task<long> RunAsync(CancellationToken ct)
    {
        var changed = 0L;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var now = clock.GetUtcNow();
            var due = await unanswered.FindAsync(now - options.Value.ExpireAfter, ct);
            if (due.Count == 0)
            {
                return changed;
            }

            var move = new OrderMove(OrderStatus.REJECTED, OrderActors.System, OrderRules.ExpiredReason, [], now);
            changed += await orders.MoveAsync(due, move, ct);
            signal.Raise();
        }
    }
}
