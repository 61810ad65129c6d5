using System.ComponentModel.DataAnnotations;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Section <c>Outbox</c>.</summary>
public sealed class OutboxOptions
{
    /// <summary>How many aggregates of a collection are relayed at a time.</summary>
    [Range(1, 256)]
    public int Parallelism { get; set; } = 16;

    /// <summary>How long an aggregate belongs to one relay; another takes over when it died meanwhile.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:05:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one event may take to be confirmed by the broker.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The relay looks for events at least this often, also when nothing was signalled.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:05:00")]
    public TimeSpan MinPoll { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause between two looks; the real one is drawn between both, so that instances do not march in step.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:05:00")]
    public TimeSpan MaxPoll { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause after failures; the first is a second, each next one twice as long.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>In memory: how long a relay waits for consumers before it turns to other aggregates. The event stays in the outbox until they are done.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan ConsumerWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often an event is tried that cannot be read, or in memory one whose consumers fail, before it is parked. The pauses in between give
    /// another instance, which may know what this one does not, time to take it.
    /// </summary>
    [Range(1, 100)]
    public int MaxTries { get; set; } = 8;
}
