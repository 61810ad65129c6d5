using System.ComponentModel.DataAnnotations;

namespace Visuels.Chat;

/// <summary>Section <c>Chat</c>.</summary>
internal sealed class ChatOptions
{
    /// <summary>Hub connections that one user may hold at a time: browser tabs and devices.</summary>
    [Range(1, 1000)]
    public int ConnectionsPerUser { get; set; } = 5;
}
