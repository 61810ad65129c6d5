using System.ComponentModel.DataAnnotations;
using Quartz;

namespace Visuels.ServiceDefaults.Schedules;

/// <summary>When one schedule runs. Section <c>Schedules:{name}</c>.</summary>
public sealed class ScheduleOptions
{
    /// <summary>Whether it runs by itself; an operator can run it all the same.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Time from one run to the next. Each schedule has its own default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Points in time, UTC, instead of <see cref="Every"/>: Quartz's cron expression, seconds first, for example <c>0 30 3 * * ?</c>.</summary>
    public string? Cron { get; set; }

    internal bool IsValid => Cron is null || CronExpression.TryParse(Cron, out _);
}

/// <summary>How all schedules of an instance run. Section <c>Scheduling</c>.</summary>
public sealed class SchedulingOptions
{
    /// <summary>Whether this instance runs schedules by itself.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Time from the start to the first look at what is due; drawn between this and twice this, so that instances do not march in step.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan FirstLook { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>Time between two looks at what is due.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan Look { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a run belongs to its instance without being renewed; another takes over when it died meanwhile.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time from a run that failed to the next, if that is sooner than its turn.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromMinutes(5);
}
