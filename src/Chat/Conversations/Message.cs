using MongoDB.Bson;

namespace Visuels.Chat.Conversations;

/// <summary>A stored message; never changed, never deleted.</summary>
internal sealed class Message
{
    public ObjectId Id { get; set; }

    public ObjectId ChatId { get; set; }

    /// <summary>1, 2, 3 and so on within the conversation, without gaps.</summary>
    public long Seq { get; set; }

    /// <summary>Null for SYSTEM messages.</summary>
    public ObjectId? SenderId { get; set; }

    /// <summary>Sealed; see <see cref="MessageSeal"/>.</summary>
    public string Content { get; set; } = "";

    public string Type { get; set; } = "";

    public string? ClientMessageId { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>What makes unread counts exact without counting: known for every message once it is stored.</summary>
    public Tally Sent { get; set; } = new();
}

/// <summary>A message before it has a place in its conversation.</summary>
internal sealed record Draft(ObjectId? SenderId, string Content, string Type, string? ClientMessageId, DateTimeOffset At);

internal static class MessageTypes
{
    public const string Text = "TEXT";
    public const string Image = "IMAGE";
    public const string Pdf = "PDF";

    /// <summary>Written by the marketplace, never accepted from a client.</summary>
    public const string System = "SYSTEM";
}
