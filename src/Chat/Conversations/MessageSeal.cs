using MongoDB.Bson;
using Visuels.ServiceDefaults.Sealing;

namespace Visuels.Chat.Conversations;

/// <summary>
/// Encryption at rest: each conversation has a key of its own, derived from <c>chat.key</c>, and each text is bound to its message, sender
/// and place. A ciphertext that was moved to another message or conversation, or altered, cannot be read.
/// </summary>
internal sealed class MessageSeal(KeyRing keys)
{
    private const int PreviewLength = 200;

    public string Seal(Message message, string text) => keys.Seal(text, Use(message.ChatId), Bound(message.Id, message.SenderId, message.Seq));

    /// <summary>The text, or null when it is not the one that was sealed for this message.</summary>
    public string? Open(Message message) => keys.Open(message.Content, Use(message.ChatId), Bound(message.Id, message.SenderId, message.Seq));

    public string SealPreview(Message message, string text) =>
        keys.Seal(Preview(text), Use(message.ChatId), "preview|" + Bound(message.Id, message.SenderId, message.Seq));

    public string? OpenPreview(Conversation chat) =>
        keys.Open(chat.LastMessage, Use(chat.Id), "preview|" + Bound(chat.LastMessageId, chat.LastSenderId, chat.LastSeq));

    internal static string Preview(string text) => text.Length <= PreviewLength
        ? text
        // Never half of a surrogate pair.
        : text[..(char.IsHighSurrogate(text[PreviewLength - 1]) ? PreviewLength - 1 : PreviewLength)];

    private static string Use(ObjectId chatId) => $"chat|{chatId}";

    private static string Bound(ObjectId messageId, ObjectId? senderId, long seq) => $"{messageId}|{senderId}|{seq}";
}
