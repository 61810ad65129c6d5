using Quartz;

namespace Visuels.ServiceDefaults.Schedules;

/// <summary>A schedule of this service.</summary>
/// <param name="Name">Lower case with hyphens; unique within the service.</param>
/// <param name="Options">When it runs.</param>
/// <param name="Job">What it does.</param>
internal sealed record Schedule(string Name, ScheduleOptions Options, IScheduledJob Job)
{
    private readonly CronExpression? _cron = Options.Cron is null ? null : CronExpression.Parse(Options.Cron).WithTimeZone(TimeZoneInfo.Utc);

    /// <summary>When its turn is; null means at once. A run that failed is repeated sooner, one that never ended was none.</summary>
    public DateTimeOffset? DueAt(ScheduleState? state, TimeSpan retryAfter)
    {
        if (state?.LastRunAt is not { } last)
        {
            return null;
        }

        var turn = _cron is null ? last + Options.Every : _cron.GetNextValidTimeAfter(last) ?? DateTimeOffset.MaxValue;
        var retry = last + retryAfter;
        return state.Outcome == ScheduleOutcomes.Failed && retry < turn ? retry : turn;
    }
}
