using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Schedules;

namespace Visuels.Jobs.Ledger;

/// <summary>Forgets mails that were sent or parked long ago. One that waits is never forgotten.</summary>
internal sealed partial class MailRetention(MailStore store, IOptions<MailOptions> options, TimeProvider clock, ILogger<MailRetention> logger) : IScheduledJob
{
    public async Task<long> RunAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var sent = await store.DeleteSettledAsync(MailStates.Sent, now - options.Value.KeepSent, ct);
        var parked = await store.DeleteSettledAsync(MailStates.Parked, now - options.Value.KeepParked, ct);
        var dropped = await store.DeleteSettledAsync(MailStates.Dropped, now - options.Value.KeepSent, ct);
        LogForgotten(sent, parked, dropped);
        return sent + parked + dropped;
    }

    [LoggerMessage(LogLevel.Information, "Ledger: {Sent} sent, {Parked} parked and {Dropped} dropped mails are past their time and deleted")]
    private partial void LogForgotten(long sent, long parked, long dropped);
}
