using MongoDB.Bson;

namespace Visuels.Chat.Conversations;

/// <summary>The two people of a conversation, in one order whoever asks. Every query goes by the pair, so a third person finds nothing.</summary>
internal readonly record struct Pair
{
    private Pair(ObjectId lower, ObjectId upper) => (Lower, Upper) = (lower, upper);

    public ObjectId Lower { get; }

    public ObjectId Upper { get; }

    /// <summary>What is unique in the store. An array of both would not do: a unique index on it allows each person one conversation only.</summary>
    public string Key => $"{Lower}_{Upper}";

    public static Pair Of(ObjectId one, ObjectId other) => one.CompareTo(other) < 0 ? new Pair(one, other) : new Pair(other, one);

    public ObjectId Other(ObjectId person) => person == Lower ? Upper : Lower;
}
