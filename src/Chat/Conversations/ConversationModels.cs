using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MongoDB.Bson;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Chat.Conversations;

/// <summary>A message to send, over HTTP and over the hub.</summary>
public sealed record SendMessageRequest(
    [property: Required(ErrorMessage = "Message content required"), StringLength(4000, ErrorMessage = "A message has at most 4,000 characters.")]
    string? Content = null,
    [property: Required(ErrorMessage = "The type must be TEXT, IMAGE or PDF."),
        AllowedValues(MessageTypes.Text, MessageTypes.Image, MessageTypes.Pdf, ErrorMessage = "The type must be TEXT, IMAGE or PDF.")]
    string? Type = null,
    [property: StringLength(64, MinimumLength = 1, ErrorMessage = "clientMessageId has 1 to 64 characters.")]
    string? ClientMessageId = null);

/// <summary>How far the caller has read.</summary>
public sealed record ReadRequest([property: Range(0, long.MaxValue, ErrorMessage = "seq must not be negative.")] long Seq);

public sealed record SendMessageResponse(string Msg, MessageResponse Message);

public sealed record MessageResponse(
    [property: JsonPropertyName("_id")] ObjectId Id,
    ObjectId ChatId,
    long Seq,
    ObjectId? SenderId,
    string Content,
    string Type,
    string? ClientMessageId,
    DateTimeOffset CreatedAt)
{
    /// <summary>True, with empty content, when the stored text cannot be opened: it was altered or moved.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Unreadable { get; init; }

    internal static MessageResponse Of(Message message, string? text) => new(
        message.Id, message.ChatId, message.Seq, message.SenderId, text ?? "", message.Type, message.ClientMessageId, message.CreatedAt)
    {
        Unreadable = text is null,
    };
}

public sealed record HistoryResponse(bool Status, IReadOnlyList<MessageResponse> Data, long? NextBefore);

public sealed record ConversationsResponse(IReadOnlyList<ConversationResponse> Data, string? NextCursor);

public sealed record ConversationResponse(ObjectId ChatId, PersonResponse With, string LastMessage, DateTimeOffset LastMessageAt, long Unread)
{
    /// <summary>True when the caller has blocked the other side; it stays readable.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Blocked { get; init; }
}

public sealed record PersonResponse([property: JsonPropertyName("_id")] ObjectId Id, string Name, string Username)
{
    /// <summary>An account that Auth does not know keeps its place, as one that was deleted does.</summary>
    internal static PersonResponse Of(ObjectId id, UserCard? card) => card is null ? new(id, "Former member", "") : new(id, card.Name, card.Username);
}

/// <summary>Bound as text, so that a bad value is our 400 and names the rule.</summary>
public sealed class HistoryQuery
{
    /// <summary>Only messages with lower numbers.</summary>
    [WholeNumber(1, long.MaxValue)]
    public string? Before { get; init; }

    /// <summary>50 unless told otherwise.</summary>
    [WholeNumber(1, 100)]
    public string? Limit { get; init; }
}

/// <summary>Bound as text, so that a bad value is our 400 and names the rule.</summary>
public sealed class ConversationsQuery
{
    /// <summary>nextCursor of an earlier answer.</summary>
    public string? Cursor { get; init; }

    /// <summary>20 unless told otherwise.</summary>
    [WholeNumber(1, 50)]
    public string? Limit { get; init; }
}
