using MongoDB.Bson;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>A document that matched, as it is stored, with its text score where one was asked for.</summary>
internal readonly record struct MatchedDocument(byte[] Bytes, double? Score)
{
    /// <summary>The element under which {$meta: "textScore"} finds the score; it never leaves the server.</summary>
    public const string ScoreField = "$textScore";

    /// <param name="fields">What of it is needed, null for all of it.</param>
    public BsonDocument Decode(FieldSet? fields = null) => WithScore(fields is null ? BsonBytes.Decode(Bytes) : BsonBytes.Decode(Bytes, fields), Score);

    public static BsonDocument WithScore(BsonDocument document, double? score)
    {
        if (score is { } known)
        {
            document[ScoreField] = known;
        }

        return document;
    }
}
