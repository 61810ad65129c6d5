using Microsoft.AspNetCore.SignalR;
using Visuels.Chat.Conversations;

namespace Visuels.Chat.Realtime;

/// <summary>Tells both sides' connections of a stored message.</summary>
internal sealed partial class MessagePush(IHubContext<ChatHub, IChatClient> hub, ILogger<MessagePush> logger)
{
    /// <summary>Nobody waits for this: a push is a hint, and a connection that does not read must not hold up the sender.</summary>
    public void Announce(Pair pair, MessageResponse message) => _ = AnnounceAsync(pair, message);

    private async Task AnnounceAsync(Pair pair, MessageResponse message)
    {
        try
        {
            await hub.Clients.Groups(ChatHub.GroupOf(pair.Lower), ChatHub.GroupOf(pair.Upper)).MessageReceived(message);
        }
        catch (Exception e)
        {
            LogFailed(e, message.ChatId.ToString(), message.Seq);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Message {Seq} of chat {ChatId} is stored but could not be pushed")]
    private partial void LogFailed(Exception exception, string chatId, long seq);
}
