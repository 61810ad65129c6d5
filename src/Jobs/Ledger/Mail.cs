using MongoDB.Bson;

namespace Visuels.Jobs.Ledger;

/// <summary>One mail to one person because of one event: idempotency key, retry state and delivery log in one document.</summary>
internal sealed class Mail
{
    /// <summary>Event, reader and template; also the local part of the mail's Message-ID, the same at every attempt.</summary>
    public required string Id { get; init; }

    public required string Template { get; init; }

    public required ObjectId UserId { get; init; }

    /// <summary>Known from the start when the event carries the address, else since the first attempt.</summary>
    public string? To { get; init; }

    /// <summary>The event, sealed; dropped once nobody needs it any more.</summary>
    public string? Model { get; init; }

    public required string State { get; init; }

    /// <summary>Counted when an attempt begins, so that a mail which ends the process is not tried for ever.</summary>
    public int Attempts { get; init; }

    /// <summary>When a dispatcher looks at it next: its turn while queued, the end of the lease while sending, else never.</summary>
    public DateTimeOffset? DueAt { get; init; }

    public string? LeaseBy { get; init; }

    /// <summary>From then on it must not be sent.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public List<MailLogEntry> Log { get; init; } = [];

    public static string IdOf(Guid eventId, ObjectId userId, string template) => $"{eventId:N}.{userId}.{template}";

    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;
}

/// <summary>What became of a mail at some time. Never holds what a server answered in words: that may quote addresses.</summary>
/// <param name="At">When.</param>
/// <param name="State">The state from then on.</param>
/// <param name="Detail">The class of the error, or who asked for another try.</param>
internal sealed record MailLogEntry(DateTimeOffset At, string State, string? Detail);

/// <summary>The values of <see cref="Mail.State"/>.</summary>
internal static class MailStates
{
    public const string Queued = "queued";
    public const string Sending = "sending";
    public const string Sent = "sent";

    /// <summary>Given up until somebody asks for another try.</summary>
    public const string Parked = "parked";

    public static readonly string[] All = [Queued, Sending, Sent, Parked];
}
