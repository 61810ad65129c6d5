using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.ServiceDefaults.Schedules;

/// <summary>A run that has come to its end.</summary>
internal sealed record ScheduleRun(DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Outcome, long Changed);

/// <summary>Runs schedules, each by one instance at a time. Never throws: what fails is logged, and its turn comes again.</summary>
internal sealed partial class ScheduleRunner(
    ScheduleStore store, IOptions<SchedulingOptions> options, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<ScheduleRunner> logger)
{
    // To note the end of a run when the service is stopping.
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(3);

    private readonly TimeSpan _lease = options.Value.Lease;

    /// <summary>Runs a schedule if its turn has come.</summary>
    public async Task LookAsync(Schedule schedule)
    {
        if (!schedule.Options.Enabled)
        {
            return;
        }

        try
        {
            var seen = await store.FindAsync(schedule.Name, lifetime.ApplicationStopping);
            if (!(schedule.DueAt(seen, options.Value.RetryAfter) > clock.GetUtcNow()))
            {
                await RunAsync(schedule, seen);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Whoever looks next finds it due.
        }
        catch (Exception e)
        {
            LogStoreFailed(schedule.Name, e.GetType().Name);
        }
    }

    /// <summary>Runs a schedule now, whether it is due or not.</summary>
    /// <returns>Null when it is running already, here or elsewhere.</returns>
    public async Task<ScheduleRun?> RunAsync(Schedule schedule) =>
        await RunAsync(schedule, await store.FindAsync(schedule.Name, lifetime.ApplicationStopping));

    private async Task<ScheduleRun?> RunAsync(Schedule schedule, ScheduleState? seen)
    {
        var holder = Guid.CreateVersion7().ToString("N");
        var started = clock.GetUtcNow();
        if (!await store.TryTakeAsync(schedule.Name, holder, seen, started, started + _lease, lifetime.ApplicationStopping))
        {
            return null;
        }

        CrashPoints.Reached(CrashPoints.ScheduleLeased);
        // Fires by itself when the lease is not renewed in time: then another may be at work.
        using var lost = new CancellationTokenSource(_lease, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(lost.Token, lifetime.ApplicationStopping);
        using var done = new CancellationTokenSource();
        var renewal = RenewAsync(schedule.Name, holder, lost, done.Token);
        var (outcome, changed) = await RunAsync(schedule, end.Token);
        await done.CancelAsync();
        await renewal;

        var run = new ScheduleRun(started, clock.GetUtcNow(), outcome, changed);
        CrashPoints.Reached(CrashPoints.ScheduleDone);
        await EndAsync(schedule.Name, holder, run);
        return run;
    }

    private async Task<(string Outcome, long Changed)> RunAsync(Schedule schedule, CancellationToken ct)
    {
        try
        {
            var changed = await schedule.Job.RunAsync(ct);
            if (changed > 0)
            {
                LogDone(schedule.Name, changed);
            }

            return (ScheduleOutcomes.Done, changed);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            LogStopped(schedule.Name);
            return (ScheduleOutcomes.Stopped, 0);
        }
        catch (Exception e)
        {
            LogFailed(e, schedule.Name);
            return (ScheduleOutcomes.Failed, 0);
        }
    }

    private async Task RenewAsync(string name, string holder, CancellationTokenSource lost, CancellationToken done)
    {
        while (true)
        {
            await Task.Delay(_lease / 3, clock, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (done.IsCancellationRequested || lost.IsCancellationRequested)
            {
                return;
            }

            var until = clock.GetUtcNow() + _lease;
            try
            {
                if (!await store.TryRenewAsync(name, holder, until, done))
                {
                    await lost.CancelAsync();
                    return;
                }

                var left = until - clock.GetUtcNow();
                lost.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }
            catch (OperationCanceledException) when (done.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Tried again until the lease has ended.
                LogStoreFailed(name, e.GetType().Name);
            }
        }
    }

    private async Task EndAsync(string name, string holder, ScheduleRun run)
    {
        using var patience = new CancellationTokenSource(TimeToEnd);
        try
        {
            await store.EndAsync(name, holder, run, patience.Token);
        }
        catch (Exception e)
        {
            // The lease ends by itself, and the run is repeated.
            LogStoreFailed(name, e.GetType().Name);
        }
    }

    [LoggerMessage(LogLevel.Information, "Schedule {Schedule} changed {Changed}")]
    private partial void LogDone(string schedule, long changed);

    [LoggerMessage(LogLevel.Warning, "Schedule {Schedule} was stopped on its way")]
    private partial void LogStopped(string schedule);

    [LoggerMessage(LogLevel.Error, "Schedule {Schedule} failed")]
    private partial void LogFailed(Exception e, string schedule);

    [LoggerMessage(LogLevel.Warning, "The lease of schedule {Schedule} cannot be read or written: {Error}")]
    private partial void LogStoreFailed(string schedule, string error);
}
