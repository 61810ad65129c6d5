using MongoDB.Bson;
using Visuels.Chat.Blocking;
using Visuels.Chat.Realtime;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Chat.Conversations;

/// <summary>Why a message was not accepted; the same words over HTTP and over the hub.</summary>
internal sealed record Refusal(int Status, string Code, string Message);

/// <summary>Either a message, new or sent before, or a refusal.</summary>
internal sealed record SendOutcome(MessageResponse? Message, bool IsNew, Refusal? Refusal);

/// <summary>Sending, whichever way the message came in: rules, store, push.</summary>
internal sealed class Messenger(UserCards people, BlockStore blocks, MessageLog log, MessagePush push, TimeProvider clock)
{
    public async Task<SendOutcome> SendAsync(ObjectId sender, string senderRole, ObjectId receiver, SendMessageRequest request, CancellationToken ct)
    {
        if (await RefusalAsync(sender, senderRole, receiver, ct) is { } refusal)
        {
            return new SendOutcome(null, false, refusal);
        }

        var draft = new Draft(sender, request.Content!, request.Type!, request.ClientMessageId, clock.GetUtcNow());
        var (message, isNew) = await DeliverAsync(Pair.Of(sender, receiver), draft, ct);
        return new SendOutcome(message, isNew, null);
    }

    /// <summary>Tells both sides of an order what became of it, once per event however often it comes.</summary>
    public Task NoteAsync(string buyerId, string artistId, string text, string orderId, long version, CancellationToken ct)
    {
        var draft = new Draft(null, text, MessageTypes.System, $"{orderId}:{version}", clock.GetUtcNow());
        return DeliverAsync(Pair.Of(ObjectId.Parse(buyerId), ObjectId.Parse(artistId)), draft, ct);
    }

    private async Task<(MessageResponse Message, bool IsNew)> DeliverAsync(Pair pair, Draft draft, CancellationToken ct)
    {
        var (message, isNew) = await log.AppendAsync(pair, draft, ct);
        var response = log.Read(message);
        if (isNew)
        {
            push.Announce(pair, response);
        }

        return (response, isNew);
    }

    private async Task<Refusal?> RefusalAsync(ObjectId sender, string senderRole, ObjectId receiver, CancellationToken ct)
    {
        if (sender == receiver)
        {
            return new Refusal(StatusCodes.Status400BadRequest, "invalid_receiver", "You cannot write to yourself.");
        }

        var card = await people.FindAsync(receiver, ct);
        if (card?.Role is not (Roles.User or Roles.Artist))
        {
            return new Refusal(StatusCodes.Status404NotFound, ProblemCodes.NotFound, "Receiver invalid");
        }

        if (card.Role == senderRole)
        {
            return new Refusal(StatusCodes.Status403Forbidden, "chat_not_allowed", "Buyers and artists write to one another, not among themselves.");
        }

        // Both are told: a message that was taken and never shown would be a lie, and one that cannot be answered no conversation.
        var blockers = await blocks.BlockersAsync(sender, receiver, ct);
        return blockers.Contains(receiver) ? new Refusal(StatusCodes.Status403Forbidden, "blocked", "This person does not take messages from you.")
            : blockers.Contains(sender) ? new Refusal(StatusCodes.Status409Conflict, "receiver_blocked", "You have blocked this person; unblock them to write.")
            : null;
    }
}
