using MongoDB.Bson;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.Chat.Conversations;

/// <summary>
/// Appends messages. A number is taken by the insert itself: the message that follows number n is inserted as n + 1 and the unique index
/// refuses a second one, so numbers have no gaps whatever crashes. A counter in the conversation would leave a gap
/// when the process ends between counting and inserting.
/// </summary>
internal sealed class MessageLog(ConversationStore chats, MessageStore messages, MessageSeal seal, Lanes lanes)
{
    // Only other processes compete for a number, each with one message per conversation at a time.
    private const int MostTries = 32;

    /// <summary>Stores a message, or finds the one that was stored under the same client message id.</summary>
    public Task<(Message Message, bool IsNew)> AppendAsync(Pair pair, Draft draft, CancellationToken ct) =>
        lanes.RunAsync(pair, () => AppendInLaneAsync(pair, draft, ct), ct);

    /// <summary>What a stored message says.</summary>
    public MessageResponse Read(Message message) => MessageResponse.Of(message, seal.Open(message));

    /// <summary>The newest messages below a number, oldest first.</summary>
    public async Task<List<MessageResponse>> PageAsync(Conversation chat, long before, int limit, CancellationToken ct)
    {
        var page = await messages.PageAsync(chat.Id, before, limit, ct);
        if (page is [.., var newest])
        {
            await CatchUpAsync(chat, newest, ct);
        }

        return [.. page.Select(Read)];
    }

    /// <summary>Moves a reader's mark forward; a number beyond the newest message means that one.</summary>
    public async Task MarkReadAsync(ObjectId reader, Pair pair, Conversation chat, long seq, CancellationToken ct)
    {
        if (await messages.LastAsync(chat.Id, seq, ct) is { } upTo)
        {
            await chats.MarkReadAsync(reader, pair, upTo, ct);
        }
    }

    // A crash between a message and its summary leaves the summary behind; whoever comes next moves it on.
    private Task CatchUpAsync(Conversation chat, Message newest, CancellationToken ct) => newest.Seq > chat.LastSeq
        ? chats.AdvanceAsync(newest, seal.SealPreview(newest, seal.Open(newest) ?? ""), ct)
        : Task.CompletedTask;

    private async Task<(Message Message, bool IsNew)> AppendInLaneAsync(Pair pair, Draft draft, CancellationToken ct)
    {
        var chat = await chats.OpenAsync(pair, ct);
        var (lastSeq, sent) = (chat.LastSeq, chat.Sent);
        for (var tries = 0; tries < MostTries; tries++)
        {
            var message = Place(draft, chat, lastSeq + 1, sent.Plus(draft.SenderId, pair));
            switch (await messages.TryInsertAsync(message, ct))
            {
                case InsertOutcome.Inserted:
                    // The message is sent, so a caller who leaves now must not keep the summary from following.
                    await chats.AdvanceAsync(message, seal.SealPreview(message, draft.Content), CancellationToken.None);
                    return (message, true);

                case InsertOutcome.SentBefore:
                    var before = await messages.SentBeforeAsync(message, ct);
                    await CatchUpAsync(chat, before, ct);
                    return (before, false);

                default:
                    // Another process was faster, or the summary is behind.
                    var newest = await messages.LastAsync(chat.Id, long.MaxValue, ct);
                    (lastSeq, sent) = (newest!.Seq, newest.Sent);
                    break;
            }
        }

        throw new DependencyUnavailableException("chat (sequence numbers)");
    }

    private Message Place(Draft draft, Conversation chat, long seq, Tally sent)
    {
        var message = new Message
        {
            Id = ObjectId.GenerateNewId(),
            ChatId = chat.Id,
            Seq = seq,
            SenderId = draft.SenderId,
            Type = draft.Type,
            ClientMessageId = draft.ClientMessageId,
            CreatedAt = draft.At,
            Sent = sent,
        };
        message.Content = seal.Seal(message, draft.Content);
        return message;
    }
}
