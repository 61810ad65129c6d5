using MongoDB.Bson;

namespace Visuels.Chat.Conversations;

/// <summary>
/// A stored conversation: who, how far each has read, and a summary of the newest message. The summary follows the messages and only
/// ever moves forward, so one that a crash left behind is put right by the next write or read of the conversation.
/// </summary>
internal sealed class Conversation
{
    public ObjectId Id { get; set; }

    public string Pair { get; set; } = "";

    public IReadOnlyList<ObjectId> Participants { get; set; } = [];

    public long LastSeq { get; set; }

    public ObjectId LastMessageId { get; set; }

    public ObjectId? LastSenderId { get; set; }

    /// <summary>The beginning of the newest message, sealed.</summary>
    public string LastMessage { get; set; } = "";

    public DateTimeOffset? LastMessageAt { get; set; }

    /// <summary>Messages of each side up to <see cref="LastSeq"/>.</summary>
    public Tally Sent { get; set; } = new();

    public ReadMark LowerRead { get; set; } = new();

    public ReadMark UpperRead { get; set; } = new();

    public ObjectId Other(ObjectId person) => Participants.First(participant => participant != person);

    /// <summary>What the other side sent beyond the reader's mark. Own messages and SYSTEM messages are in no count.</summary>
    public long UnreadBy(ObjectId reader) => Math.Max(0, reader == Participants[0]
        ? Sent.Upper - LowerRead.Seen
        : Sent.Lower - UpperRead.Seen);
}

/// <summary>How many messages each side has sent up to some message, that one included.</summary>
internal sealed class Tally
{
    public long Lower { get; set; }

    public long Upper { get; set; }

    public Tally Plus(ObjectId? sender, Pair pair) => new()
    {
        Lower = Lower + (sender == pair.Lower ? 1 : 0),
        Upper = Upper + (sender == pair.Upper ? 1 : 0),
    };
}

/// <summary>How far somebody has read, and how many of the other side's messages lie up to there.</summary>
internal sealed class ReadMark
{
    public long Seq { get; set; }

    public long Seen { get; set; }
}
