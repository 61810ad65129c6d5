using MongoDB.Bson;

namespace Visuels.Jobs.Ledger;

/// <summary>What to list; all of it may be absent.</summary>
public sealed class MailQuery
{
    public string? State { get; init; }

    public string? Address { get; init; }

    public int? Limit { get; init; }

    public string? Cursor { get; init; }
}

/// <summary>A mail as an operator sees it: everything but what it says.</summary>
internal sealed record MailResponse(
    string Id,
    string Template,
    ObjectId UserId,
    string? To,
    string State,
    int Attempts,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DueAt,
    DateTimeOffset? ExpiresAt,
    IReadOnlyList<MailLogEntry> Log)
{
    public static MailResponse From(Mail mail) => new(
        mail.Id, mail.Template, mail.UserId, mail.To, mail.State, mail.Attempts, mail.CreatedAt, mail.DueAt, mail.ExpiresAt, mail.Log);
}

internal sealed record MailListResponse(IReadOnlyList<MailResponse> Mails, string? NextCursor);

internal sealed record RetryResponse(long Retried);
