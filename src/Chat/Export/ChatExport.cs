using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using MongoDB.Bson;
using Visuels.Chat.Blocking;
using Visuels.Chat.Conversations;
using Visuels.Chat.Reporting;
using Visuels.ServiceDefaults.Exports;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Chat.Export;

/// <summary>What Chat holds of a user: the conversations with their messages in clear, blocks, and the reports that the user made.</summary>
internal sealed class ChatExport(
    ConversationStore chats, MessageStore messages, MessageLog log, BlockStore blocks, ReportStore reports, Reporting.Reporting reporting, UserCards people)
    : IExportsUsers
{
    private const int BatchSize = 50;

    public object Export(ObjectId user, CancellationToken ct) => new ExportedChat(
        ConversationsAsync(user, ct),
        blocks.OfAsync(user, ct).Select(block => new ExportedBlock(block.Blocked, block.At)),
        reports.OfAsync(user, ct).Select(report => new ExportedReport(
            report.Id, report.ReportedId, report.MessageId, reporting.ReasonOf(report), report.Status, report.CreatedAt)));

    private async IAsyncEnumerable<ExportedConversation> ConversationsAsync(ObjectId user, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var batch in chats.OfAsync(user, ct).Chunk(BatchSize).WithCancellation(ct))
        {
            var cards = await people.GetAsync(batch.Select(chat => chat.Other(user)), ct);
            foreach (var chat in batch)
            {
                var other = chat.Other(user);
                yield return new ExportedConversation(chat.Id, PersonResponse.Of(other, cards.GetValueOrDefault(other)), messages.OfAsync(chat.Id, ct).Select(log.Read));
            }
        }
    }
}

internal sealed record ExportedChat(
    IAsyncEnumerable<ExportedConversation> Conversations, IAsyncEnumerable<ExportedBlock> Blocks, IAsyncEnumerable<ExportedReport> Reports);

internal sealed record ExportedConversation(ObjectId ChatId, PersonResponse With, IAsyncEnumerable<MessageResponse> Messages);

internal sealed record ExportedBlock(ObjectId UserId, DateTimeOffset At);

internal sealed record ExportedReport(
    [property: JsonPropertyName("_id")] ObjectId Id, ObjectId UserId, ObjectId? MessageId, string? Reason, string Status, DateTimeOffset CreatedAt);
