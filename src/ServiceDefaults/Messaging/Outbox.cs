namespace Visuels.ServiceDefaults.Messaging;

/// <summary>
/// The events of an aggregate that are not published yet. Member of its document under the name <c>outbox</c>, never null,
/// so that state and events change in one write; see <see cref="OutboxUpdates"/>. Leave it out of what is read, and never replace
/// the whole document: that would lose what was appended meanwhile.
/// </summary>
public sealed class Outbox
{
    /// <summary>The name of the element that holds it.</summary>
    public const string Element = "outbox";

    /// <summary>What waits, oldest first.</summary>
    public List<OutboxEntry> Entries { get; set; } = [];

    /// <summary>From when on a relay should look here; absent while nothing waits, which keeps the index small.</summary>
    public DateTimeOffset? PendingAt { get; set; }

    /// <summary>The lease under which a relay works on it.</summary>
    public string? LeaseBy { get; set; }

    /// <summary>When that lease ends.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>What was given up, until an operator releases it; absent unless there is some.</summary>
    public List<ParkedEvent>? Parked { get; set; }

    /// <summary>The outbox of a new document, with the events of its creation.</summary>
    public static Outbox Holding(DateTimeOffset now, params object[] events) => events.Length == 0
        ? new Outbox()
        : new Outbox { Entries = [.. events.Select(e => OutboxEntry.Of(e, now))], PendingAt = now };
}
