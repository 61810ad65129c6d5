using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>Fields whose names begin with <c>$</c>: an update may write them below the top level only, but for those of a DBRef.</summary>
internal static class DollarFields
{
    /// <param name="updated">The document after the update.</param>
    /// <param name="original">What stays as it is in there was not written, and may be; null where all was written.</param>
    public static void Check(BsonDocument updated, BsonDocument? original)
    {
        for (var i = 0; i < updated.ElementCount; i++)
        {
            var (name, value) = updated.GetElement(i);

            if (name.StartsWith('$') && !value.Equals(original?.Find(name)))
            {
                CheckAt(updated, i);
            }
        }
    }

    /// <summary>An <c>_id</c> that is a document may have no such field at any depth.</summary>
    public static void CheckId(BsonValue id)
    {
        if (id is BsonDocument document)
        {
            for (var i = 0; i < document.ElementCount; i++)
            {
                if (document.GetElement(i).Name.StartsWith('$'))
                {
                    CheckAt(document, i, "_id fields may not contain '$'-prefixed fields: ");
                }
            }
        }

        foreach (var inner in id switch { BsonDocument fields => fields.Values, BsonArray items => items, _ => [] })
        {
            CheckId(inner);
        }
    }

    private static void CheckAt(BsonDocument document, int i, string context = "")
    {
        var name = document.GetElement(i).Name;

        if (name == "$db")
        {
            Require(document[i].IsString, $"The DBRef $db field must be a String, not a {Failure.TypeName(document[i])}");
            Require(NameAt(document, --i) == "$id", "Found $db field without a $id before it, which is invalid.");
        }

        if (NameAt(document, i) == "$id")
        {
            Require(NameAt(document, --i) == "$ref", "Found $id field without a $ref before it, which is invalid.");
        }

        if (NameAt(document, i) != "$ref")
        {
            throw Failure.DollarPrefixed($"{context}The dollar ($) prefixed field '{name}' in '{name}' is not allowed in the context of an update's "
                + "replacement document. Consider using an aggregation pipeline with $replaceWith.");
        }

        Require(document[i].IsString, $"The DBRef $ref field must be a String, not a {Failure.TypeName(document[i])}");
        Require(NameAt(document, i + 1) == "$id", "The DBRef $ref field must be followed by a $id field");
    }

    private static string? NameAt(BsonDocument document, int i) => i >= 0 && i < document.ElementCount ? document.GetElement(i).Name : null;

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new MongoError(55, "InvalidDBRef", message);
        }
    }
}
