using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Visuels.ServiceDefaults.Mongo;

/// <summary>Creates every store's indexes before the service starts; waits for a database that is not there yet.</summary>
internal sealed partial class IndexCreation(IEnumerable<ICreatesIndexes> stores, TimeProvider clock, ILogger<IndexCreation> logger) : IHostedService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var store in stores)
        {
            while (true)
            {
                try
                {
                    await store.CreateIndexesAsync(cancellationToken);
                    break;
                }
                catch (Exception e) when (StoreOutages.Is(e))
                {
                    LogWaiting(logger);
                    await Task.Delay(Pause, clock, cancellationToken);
                }
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "Waiting for MongoDB (ConnectionStrings:Mongo)")]
    private static partial void LogWaiting(ILogger logger);
}
