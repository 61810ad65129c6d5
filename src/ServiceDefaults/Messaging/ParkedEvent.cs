namespace Visuels.ServiceDefaults.Messaging;

/// <summary>
/// An event that was tried often enough. It stays in its aggregate's document, out of the way of later ones, until an operator releases
/// it: a broker's error queue, for what never got as far as a broker.
/// </summary>
public sealed class ParkedEvent
{
    /// <summary>No event of this name is known, or its body is none of that event.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>In memory: one of its consumers failed each time.</summary>
    public const string ConsumerFailed = "consumer_failed";

    /// <summary>The event as it was in the outbox.</summary>
    public required OutboxEntry Entry { get; set; }

    /// <summary>One of the words above.</summary>
    public required string Reason { get; set; }

    /// <summary>When it was given up, UTC.</summary>
    public required DateTimeOffset At { get; set; }
}
