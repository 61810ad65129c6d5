using Visuels.Chat.Conversations;

namespace Visuels.Chat.Realtime;

/// <summary>What the hub calls on its clients. Public because SignalR generates the caller.</summary>
public interface IChatClient
{
    /// <summary>A message in one of the client's conversations, the user's own messages included. A hint: the history is the truth.</summary>
    Task MessageReceived(MessageResponse message);
}
