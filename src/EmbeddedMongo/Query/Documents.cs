using System.Runtime.CompilerServices;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Query;

internal static class Documents
{
    /// <summary>The reserved top-level field by which a text search hands on its score.</summary>
    public const string TextScore = "$textScore";

    private const int MaxDepth = 100;

    [ThreadStatic]
    private static int _walked;

    public static void Deconstruct(this BsonElement element, out string name, out BsonValue value) =>
        (name, value) = (element.Name, element.Value);

    public static BsonValue? Find(this BsonDocument document, string name) => document.TryGetValue(name, out var value) ? value : null;

    /// <summary>A copy with another value at a path, or without one. What does not lie on the path is shared; what is no document there gives way to one.</summary>
    public static BsonDocument With(BsonDocument document, ReadOnlySpan<string> path, BsonValue? value)
    {
        var copy = new BsonDocument(document.Elements);
        value = path.Length == 1 ? value : With(copy.Find(path[0]) as BsonDocument ?? [], path[1..], value);

        if (value is null)
        {
            copy.Remove(path[0]);
        }
        else
        {
            copy[path[0]] = value;
        }

        return copy;
    }

    /// <summary>The document as clients may see it.</summary>
    public static BsonDocument WithoutScore(BsonDocument document) =>
        document.Contains(TextScore) ? new(document.Where(e => e.Name != TextScore)) : document;

    /// <summary>Documents nest at most 100 levels deep.</summary>
    public static void CheckDepth(BsonValue value, int level = 1)
    {
        if (level > MaxDepth && value is BsonDocument or BsonArray)
        {
            throw TooDeep(MaxDepth);
        }

        var inner = value switch
        {
            BsonDocument document => document.Values,
            BsonArray array => array,
            _ => [],
        };

        foreach (var item in inner)
        {
            if (item is BsonDocument or BsonArray)
            {
                CheckDepth(item, level + 1);
            }
        }
    }

    /// <summary>Expressions nest values as deep as they like. To use up the stack would end the process, so that whoever walks values asks here, and whether it takes too long.</summary>
    public static void CheckWalk()
    {
        if ((++_walked & 1023) == 0)
        {
            Session.CheckCurrent();
        }

        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw TooDeep(BsonBytes.MaxCommandDepth);
        }
    }

    public static MongoError TooDeep(int most) => new(15, "Overflow", $"Document exceeds maximum nesting depth of {most}");

    /// <summary>Whether the value is <c>{$meta: "textScore"}</c>; other metadata is refused.</summary>
    public static bool IsTextScore(BsonValue value)
    {
        if (value is not BsonDocument { ElementCount: 1 } document || document.GetElement(0).Name != "$meta")
        {
            return false;
        }

        return document[0] is BsonString { Value: "textScore" } ? true
            : document[0] is BsonString { Value: "searchScore" or "indexKey" or "recordId" or "sortKey" or "randVal" or "geoNearDistance" or "geoNearPoint" } other
                ? throw Failure.NotSupported($"$meta '{other.Value}'")
                : throw Failure.Located(17308, $"Unsupported argument to $meta: {document[0]}");
    }

    /// <summary>Whether the text score is asked for somewhere within.</summary>
    public static bool AsksForScore(BsonValue value) => value switch
    {
        BsonDocument document => IsTextScore(document) || document.Values.Any(AsksForScore),
        BsonArray array => array.Any(AsksForScore),
        _ => false,
    };

    /// <summary>Checks a path whose parts name fields, as sorts, projections and stages take it.</summary>
    public static string CheckPath(string path)
    {
        if (path.Length == 0)
        {
            throw Failure.Located(40352, "FieldPath cannot be constructed with empty string");
        }

        var parts = path.Split('.');

        if (parts.Length > BsonBytes.MaxCommandDepth)
        {
            throw new MongoError(15, "Overflow", "FieldPath is too long");
        }

        foreach (var part in parts)
        {
            if (part.Length == 0)
            {
                throw path.EndsWith('.')
                    ? Failure.Located(40353, "FieldPath must not end with a '.'.")
                    : Failure.Located(15998, "FieldPath field names may not be empty strings.");
            }

            if (part.Contains('\0', StringComparison.Ordinal))
            {
                throw Failure.Located(16411, "FieldPath field names may not contain '\\0'.");
            }

            if (part[0] == '$')
            {
                throw Failure.Located(16410, $"FieldPath field names may not start with '$'. Consider using $getField or $setField. In '{path}'.");
            }
        }

        return path;
    }
}
