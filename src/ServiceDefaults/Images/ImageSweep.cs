using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Settles what no request has settled: the process ended, or the image store did not answer.</summary>
internal sealed partial class ImageSweep(
    DoubtfulImages doubtful, ImageClearing clearing, IOptions<ImageOptions> options, TimeProvider clock, ILogger<ImageSweep> logger) : BackgroundService
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Doubt < Longest ? options.Value.Doubt : Longest, clock);
        try
        {
            do
            {
                await SweepAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end. A row that was being settled is due again.
        }
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        try
        {
            while (await doubtful.TakeDueAsync(stopping) is { } image)
            {
                await clearing.SettleAsync([image], stopping);
            }
        }
        catch (Exception e) when (ImageClearing.IsOutage(e) && !stopping.IsCancellationRequested)
        {
            LogStoreFailed(e.Message.ReplaceLineEndings(" "));
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            // Nothing that is wrong with an image may end the service.
            LogFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Images in doubt cannot be read now: {Reason}")]
    private partial void LogStoreFailed(string reason);

    [LoggerMessage(LogLevel.Error, "Images in doubt could not be settled; they are looked at again")]
    private partial void LogFailed(Exception e);
}
