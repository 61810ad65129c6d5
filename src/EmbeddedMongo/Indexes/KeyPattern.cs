using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>Which keys MongoDB lets an index have, and which of those this server can keep.</summary>
internal static class KeyPattern
{
    private const string Wildcard = "$**";
    private static readonly HashSet<string> OtherKinds = ["2d", "2dsphere", "hashed", "columnstore"];

    /// <summary>True for an index on text.</summary>
    public static bool Check(BsonDocument key)
    {
        if (key.ElementCount is 0 or > 32 || key.ToBson().Length > 2048)
        {
            throw IndexRequest.CannotCreate(key.ElementCount == 0 ? "Index keys cannot be empty." : "Index key pattern too large.");
        }

        var kind = Kind(key);
        foreach (var field in key)
        {
            CheckValue(field.Value, kind);
            CheckPath(field.Name);

            if (field.Name == "_fts" && kind != "text")
            {
                throw IndexRequest.CannotCreate("The field '_fts' is that of text indexes.");
            }
        }

        return kind == "text";
    }

    // The first value that is no direction names the kind; a path with "$**" and a direction is a kind as well.
    private static string Kind(BsonDocument key)
    {
        var kind = (key.Values.FirstOrDefault(v => v.IsString) as BsonString)?.Value ?? "";
        if (OtherKinds.Contains(kind) || key.Any(f => f.Value.IsNumeric && (f.Name == Wildcard || f.Name.EndsWith("." + Wildcard, StringComparison.Ordinal))))
        {
            throw MongoError.NotSupported($"Indexes like {Failure.Show(key)} are not supported by this server");
        }

        return kind is "" or "text" ? kind : throw IndexRequest.CannotCreate($"Unknown index plugin '{kind}'");
    }

    private static void CheckValue(BsonValue value, string kind)
    {
        if (value is BsonString text ? text.Value != kind : !value.IsNumeric)
        {
            throw IndexRequest.CannotCreate(value.IsString
                ? "Can't use more than one index plugin for a single index."
                : $"Values in v:2 index key pattern cannot be of type {Failure.TypeName(value)}. Only numbers > 0, numbers < 0, and strings are allowed.");
        }

        if (value == "" || (value.IsNumeric && value.ToDouble() is 0 or double.NaN))
        {
            throw IndexRequest.CannotCreate("Values in the index key pattern cannot be empty strings, 0 or NaN.");
        }
    }

    // Fields with $ can be stored where they are part of a database reference.
    private static void CheckPath(string path)
    {
        if (path == Wildcard)
        {
            return;
        }

        var parts = path.Split('.');
        if (parts.Contains(""))
        {
            throw IndexRequest.CannotCreate("Index keys cannot contain an empty field.");
        }

        if (parts.Where((part, i) => part[0] == '$' && (i == 0 || part is not ("$db" or "$id" or "$ref"))).Any())
        {
            throw IndexRequest.CannotCreate("Index key contains an illegal field name: field name starts with '$'.");
        }
    }
}
