using MongoDB.Bson;

namespace Visuels.Chat.Reporting;

/// <summary>
/// Somebody complains of somebody: the document of collection <c>reports</c>. It holds copies of messages, as they were when it was made,
/// because an operator may read these and no others.
/// </summary>
internal sealed class Report
{
    public ObjectId Id { get; set; }

    /// <summary>Absent once the reporter has deleted the account.</summary>
    public ObjectId? ReporterId { get; set; }

    public ObjectId ReportedId { get; set; }

    /// <summary>The message that is complained of; absent when it is the person.</summary>
    public ObjectId? MessageId { get; set; }

    /// <summary>The reporter's words, sealed; absent once the reporter has deleted the account.</summary>
    public string? Reason { get; set; }

    /// <summary>The messages of both up to the reported one, or the newest, oldest first.</summary>
    public List<ReportedMessage> Messages { get; set; } = [];

    public string Status { get; set; } = ReportStates.Open;

    /// <summary>Present while open: the same person's same complaint is the same report.</summary>
    public string? OpenKey { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>An operator's id, a service's name, or SYSTEM.</summary>
    public string? ClosedBy { get; set; }

    public string? Note { get; set; }

    public static string KeyOf(ObjectId reporter, ObjectId reported, ObjectId? message) => $"{reporter}|{reported}|{message}";
}

/// <summary>A copy of a message in a report.</summary>
/// <param name="Id">The message.</param>
/// <param name="Seq">Its number in the conversation.</param>
/// <param name="SenderId">Who wrote it; null for the marketplace.</param>
/// <param name="Type">TEXT, IMAGE, PDF or SYSTEM.</param>
/// <param name="CreatedAt">When it was sent.</param>
/// <param name="Content">Sealed; null when the message could not be read.</param>
internal sealed record ReportedMessage(ObjectId Id, long Seq, ObjectId? SenderId, string Type, DateTimeOffset CreatedAt, string? Content);

/// <summary>The values of <see cref="Report.Status"/>.</summary>
internal static class ReportStates
{
    public const string Open = "OPEN";
    public const string Closed = "CLOSED";

    public static readonly string[] All = [Open, Closed];
}
