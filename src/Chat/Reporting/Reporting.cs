using MongoDB.Bson;
using Visuels.Chat.Conversations;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Chat.Reporting;

/// <summary>Takes complaints in, and shows them to operators. Texts are sealed anew for the report they are in.</summary>
internal sealed class Reporting(
    ReportStore reports, ConversationStore chats, MessageStore messages, MessageSeal seal, UserCards people, KeyFolder keys, TimeProvider clock)
{
    /// <summary>How many messages a report shows: enough to understand what is complained of.</summary>
    public const int Context = 20;

    private readonly KeyRing _ring = keys.Ring("chat.key");

    /// <returns>Null when there is no such person, or no such message of that person in the reporter's conversation.</returns>
    public async Task<(Report Report, bool IsNew)?> ReportAsync(ObjectId reporter, ObjectId reported, ObjectId? messageId, string reason, CancellationToken ct)
    {
        if (await people.FindAsync(reported, ct) is not { Role: Roles.User or Roles.Artist })
        {
            return null;
        }

        var chat = await chats.FindAsync(Pair.Of(reporter, reported), ct);
        var upTo = long.MaxValue;
        if (messageId is { } id)
        {
            if (chat is null || await messages.FindAsync(chat.Id, id, reported, ct) is not { } message)
            {
                return null;
            }

            upTo = message.Seq + 1;
        }

        var report = new Report
        {
            Id = ObjectId.GenerateNewId(),
            ReporterId = reporter,
            ReportedId = reported,
            MessageId = messageId,
            OpenKey = Report.KeyOf(reporter, reported, messageId),
            CreatedAt = clock.GetUtcNow(),
        };
        report.Reason = _ring.Seal(reason, Use(report), "reason");
        if (chat is not null)
        {
            report.Messages = (await messages.PageAsync(chat.Id, upTo, Context, ct)).ConvertAll(message => Copy(report, message));
        }

        return await reports.AddAsync(report, ct);
    }

    /// <summary>The reporter's words, or null when they are gone or cannot be opened.</summary>
    public string? ReasonOf(Report report) => report.Reason is { } reason ? _ring.Open(reason, Use(report), "reason") : null;

    /// <summary>A copied text, or null when it cannot be opened.</summary>
    public string? TextOf(Report report, ReportedMessage message) => message.Content is { } content ? _ring.Open(content, Use(report), message.Id.ToString()) : null;

    private ReportedMessage Copy(Report report, Message message) => new(
        message.Id, message.Seq, message.SenderId, message.Type, message.CreatedAt,
        seal.Open(message) is { } text ? _ring.Seal(text, Use(report), message.Id.ToString()) : null);

    private static string Use(Report report) => $"report|{report.Id}";
}
