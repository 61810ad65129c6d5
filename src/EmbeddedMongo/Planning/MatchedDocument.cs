using MongoDB.Bson;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>A document that matched, as it is stored, with its text score where one was asked for.</summary>
internal readonly record struct MatchedDocument(byte[] Bytes, double? Score)
{
    /// <summary>The element under which {$meta: "textScore"} finds the score; it never leaves the server.</summary>
    public const string ScoreField = "$textScore";

    public BsonDocument Decode() => WithScore(BsonBytes.Decode(Bytes), Score);

    public static BsonDocument WithScore(BsonDocument document, double? score)
    {
        if (score is { } known)
        {
            document[ScoreField] = known;
        }

        return document;
    }
}
