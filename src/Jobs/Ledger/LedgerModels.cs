using MongoDB.Bson;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.Jobs.Ledger;

/// <summary>Which mails to list; all of it may be absent.</summary>
public sealed class MailQuery
{
    [OneOf(MailStates.Queued, MailStates.Sending, MailStates.Sent, MailStates.Parked, MailStates.Dropped)]
    public string? State { get; init; }

    public string? Address { get; init; }

    public string? Template { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    [WholeNumber(1, 100)]
    public string? Limit { get; init; }

    public string? Cursor { get; init; }

    internal MailFilter Filter => new(State, Address?.ToLowerInvariant(), Template, Since, Until);
}

/// <summary>Which parked mails to try again; all of them when all of it is absent.</summary>
public sealed class RetryQuery
{
    /// <summary>Parked if anything: no other can be tried again.</summary>
    [OneOf(MailStates.Parked)]
    public string? State { get; init; }

    public string? Address { get; init; }

    public string? Template { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    internal MailFilter Filter => new(State, Address?.ToLowerInvariant(), Template, Since, Until);
}

/// <summary>A mail as an operator sees it: everything but what it says.</summary>
internal sealed record MailResponse(
    string Id,
    string MessageId,
    string Template,
    ObjectId UserId,
    string? To,
    string State,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DueAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? SettledAt,
    IReadOnlyList<MailLogEntry> Log,
    IReadOnlyList<MailRetry> Retries)
{
    public static MailResponse From(Mail mail) => new(
        mail.Id, mail.MessageId, mail.Template, mail.UserId, mail.To, mail.State, mail.Attempts, mail.CreatedAt, mail.DueAt, mail.ExpiresAt,
        mail.SettledAt, mail.Log, mail.Retries);
}

internal sealed record MailListResponse(IReadOnlyList<MailResponse> Mails, string? NextCursor);

internal sealed record RetryResponse(long Retried);
