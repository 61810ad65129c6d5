using Microsoft.Extensions.Hosting;
using MongoDB.Driver;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Looks from time to time how much waits in a collection, also while its relay waits for the broker; only for those who listen.</summary>
internal sealed class OutboxWatch(OutboxCollection collection, OutboxMetrics metrics, TimeProvider clock) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            if (metrics.IsRead)
            {
                metrics.Note(collection.Name, await LookAsync(stoppingToken));
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<OutboxBacklog?> LookAsync(CancellationToken stopping)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        timeout.CancelAfter(StoreTimeout);
        try
        {
            return await collection.BacklogAsync(timeout.Token);
        }
        catch (Exception e) when (e is MongoException or TimeoutException or OperationCanceledException)
        {
            // The relay, which needs the store as well, says so.
            return null;
        }
    }
}
