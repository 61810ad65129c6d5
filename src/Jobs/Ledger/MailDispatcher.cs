using Microsoft.Extensions.Options;
using Visuels.Jobs.Sending;

namespace Visuels.Jobs.Ledger;

/// <summary>
/// Takes due mails from the ledger, a few at a time, until the service stops; what has begun then is finished. New mails and those
/// that are tried again have a lane each, so that a backlog of the one does not hold up the other.
/// </summary>
internal sealed partial class MailDispatcher(
    MailStore store, MailQueue queue, MailDelivery delivery, IMailSender sender,
    IOptions<MailOptions> options, TimeProvider clock, ILogger<MailDispatcher> logger) : BackgroundService
{
    // Shorter than the host's patience: what cannot be finished is given back rather than left to its lease.
    private static readonly TimeSpan TimeToFinish = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var finish = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => finish.CancelAfter(TimeToFinish));
        using var first = new MailLane(options.Value, clock);
        using var again = new MailLane(options.Value, clock);
        await Task.WhenAll(RunAsync(first, fresh: true, again), RunAsync(again, fresh: false, first));
        await sender.RestAsync();

        Task RunAsync(MailLane lane, bool fresh, MailLane other) => this.RunAsync(lane, fresh, other, finish.Token, stoppingToken);
    }

    private async Task RunAsync(MailLane lane, bool fresh, MailLane other, CancellationToken finish, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                // Asked for the next mail only when there is room to send it.
                await lane.EnterAsync(stopping);
                var wake = queue.NextWake;
                if (await TryLeaseAsync(fresh) is { } mail)
                {
                    _ = lane.UseAsync(delivery.DeliverAsync(mail, finish));
                    stopping.ThrowIfCancellationRequested();
                    continue;
                }

                lane.Leave();
                if (lane.IsIdle && other.IsIdle)
                {
                    await sender.RestAsync();
                }

                await WaitAsync(wake, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await lane.EmptyAsync();
        }
    }

    private async Task WaitAsync(Task wake, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(wake, Task.Delay(options.Value.Poll, clock, ended.Token));
        await ended.CancelAsync();
        stopping.ThrowIfCancellationRequested();
    }

    private async Task<Mail?> TryLeaseAsync(bool fresh)
    {
        // Not the host's token: a lease that the store granted and we never saw would hold the mail up until it ends.
        using var timeout = new CancellationTokenSource(StoreTimeout);
        try
        {
            return await store.LeaseAsync(fresh, options.Value.Lease, timeout.Token);
        }
        catch (Exception e)
        {
            LogStoreFailed(e.GetType().Name);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Due mails cannot be read: {Error}")]
    private partial void LogStoreFailed(string error);
}
