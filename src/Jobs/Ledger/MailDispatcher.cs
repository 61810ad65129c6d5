using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Visuels.Jobs.Sending;

namespace Visuels.Jobs.Ledger;

/// <summary>Takes due mails from the ledger, a few at a time, until the service stops; what has begun then is finished.</summary>
internal sealed partial class MailDispatcher(
    MailStore store, MailQueue queue, MailDelivery delivery, IMailSender sender,
    IOptions<MailOptions> options, ILogger<MailDispatcher> logger) : BackgroundService
{
    // Shorter than the host's patience: what cannot be finished is given back rather than left to its lease.
    private static readonly TimeSpan TimeToFinish = TimeSpan.FromSeconds(7);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var finish = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => finish.CancelAfter(TimeToFinish));
        await Parallel.ForEachAsync(
            DueAsync(stoppingToken),
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.Parallelism, CancellationToken = CancellationToken.None },
            async (mail, _) => await delivery.DeliverAsync(mail, finish.Token));
        await sender.RestAsync();
    }

    // Asked for the next mail only when there is room to send it, by one worker at a time.
    private async IAsyncEnumerable<Mail> DueAsync([EnumeratorCancellation] CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            if (await TryLeaseAsync(ct) is { } mail)
            {
                yield return mail;
            }
            else
            {
                await sender.RestAsync();
                await queue.WaitAsync(options.Value.Poll, ct);
            }
        }
    }

    private async Task<Mail?> TryLeaseAsync(CancellationToken ct)
    {
        try
        {
            return await store.LeaseAsync(options.Value.Lease, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return null;
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
