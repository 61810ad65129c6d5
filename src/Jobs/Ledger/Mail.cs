using MongoDB.Bson;

namespace Visuels.Jobs.Ledger;

/// <summary>One mail to one person because of one event: idempotency key, retry state and delivery log in one document.</summary>
internal sealed class Mail
{
    /// <summary>Event, reader and template: an event that comes again finds its mails there.</summary>
    public required string Id { get; init; }

    /// <summary>The header of that name, decided once: the same at every attempt, whatever is configured meanwhile.</summary>
    public required string MessageId { get; init; }

    public required string Template { get; init; }

    public required ObjectId UserId { get; init; }

    /// <summary>Known from the start when the event carries the address, else since the first attempt.</summary>
    public string? To { get; init; }

    /// <summary>The event, sealed; dropped once nobody needs it any more.</summary>
    public string? Model { get; init; }

    public required string State { get; init; }

    /// <summary>Counted when an attempt begins, so that a mail which ends the process is not tried for ever.</summary>
    public int Attempts { get; init; }

    /// <summary>True until the first attempt begins, then absent: mails that are tried again wait in a line of their own.</summary>
    public bool? Fresh { get; init; }

    /// <summary>When a dispatcher looks at it next: its turn while queued, the end of the lease while sending, else never.</summary>
    public DateTimeOffset? DueAt { get; init; }

    public string? LeaseBy { get; init; }

    /// <summary>From then on it must not be sent.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was sent or parked; absent while it waits.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>How the last attempts ended.</summary>
    public List<MailLogEntry> Log { get; init; } = [];

    /// <summary>Who asked for another try after it was parked.</summary>
    public List<MailRetry> Retries { get; init; } = [];

    public static string IdOf(Guid eventId, ObjectId userId, string template) => $"{eventId:N}.{userId}.{template}";

    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;

    /// <summary>A code that waits is parked on the minute it expires.</summary>
    public DateTimeOffset NoLaterThanExpiry(DateTimeOffset at) => ExpiresAt < at ? ExpiresAt.Value : at;
}

/// <summary>What became of a mail at some time. Never holds what a server answered in words: that may quote addresses.</summary>
/// <param name="At">When.</param>
/// <param name="State">The state from then on.</param>
/// <param name="Detail">The class of the error.</param>
internal sealed record MailLogEntry(DateTimeOffset At, string State, string? Detail);

/// <summary>A parked mail was queued again by hand.</summary>
/// <param name="At">When.</param>
/// <param name="By">An operator's id or a service's name.</param>
internal sealed record MailRetry(DateTimeOffset At, string By);

/// <summary>The values of <see cref="Mail.State"/>.</summary>
internal static class MailStates
{
    public const string Queued = "queued";
    public const string Sending = "sending";
    public const string Sent = "sent";

    /// <summary>Given up until somebody asks for another try.</summary>
    public const string Parked = "parked";

    /// <summary>Not sent, and never will be: the reader has deleted the account.</summary>
    public const string Dropped = "dropped";

    public static readonly string[] All = [Queued, Sending, Sent, Parked, Dropped];
}
