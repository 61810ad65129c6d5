using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Schedules;

namespace Visuels.Orders.Unanswered;

/// <summary>Reminds artists of orders they have not answered: once, and once more. Several that have become due meanwhile are one.</summary>
internal sealed class OrderReminders(UnansweredOrders orders, OutboxSignal signal, IOptions<UnansweredOptions> options, TimeProvider clock) : IScheduledJob
{
    private const int First = 1;
    private const int Last = 2;

    public async Task<long> RunAsync(CancellationToken ct) =>
        await RemindAsync(reminded: null, options.Value.FirstReminder, ct) + await RemindAsync(reminded: First, options.Value.LastReminder, ct);

    private async Task<long> RemindAsync(int? reminded, TimeSpan age, CancellationToken ct)
    {
        var changed = 0L;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var now = clock.GetUtcNow();
            // Not of what is about to end.
            var due = await orders.FindAsync(reminded, now - options.Value.ExpireAfter, now - age, ct);
            if (due.Count == 0)
            {
                return changed;
            }

            // All of a batch leave the query: reminded now, or changed by somebody else.
            changed += await orders.RemindAsync(due.Select(order => (order, Reminder(order, now), order.CreatedAt + options.Value.ExpireAfter)), now, ct);
            signal.Raise();
        }
    }

    private int Reminder(Order order, DateTimeOffset now) => order.CreatedAt + options.Value.LastReminder <= now ? Last : First;
}
