namespace Visuels.ServiceDefaults.Schedules;

/// <summary>One schedule as all instances see it: who runs it, and what became of its last run. A document of collection <c>leases</c>.</summary>
internal sealed class ScheduleState
{
    /// <summary>Name of the schedule.</summary>
    public required string Id { get; init; }

    /// <summary>Names one run, not one instance: two runs of one process are as much apart as those of two.</summary>
    public string? Holder { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>When the last run that came to an end began.</summary>
    public DateTimeOffset? LastRunAt { get; init; }

    public DateTimeOffset? LastEndedAt { get; init; }

    /// <summary><see cref="ScheduleOutcomes.Done"/> or <see cref="ScheduleOutcomes.Failed"/>.</summary>
    public string? Outcome { get; init; }

    public long Changed { get; init; }
}

/// <summary>What becomes of a run.</summary>
internal static class ScheduleOutcomes
{
    public const string Done = "done";
    public const string Failed = "failed";

    /// <summary>Ended by the end of the service or of its lease: whoever comes next begins at once.</summary>
    public const string Stopped = "stopped";
}
