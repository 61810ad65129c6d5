using System.Globalization;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>Code 11000, with the message and the details that drivers and their users look into.</summary>
internal static class DuplicateKey
{
    public static MongoError Error(CollectionInfo collection, string index, BsonDocument keyPattern, Collation collation, BsonValue[] values)
    {
        var keyValue = new BsonDocument();
        foreach (var (name, value) in keyPattern.Names.Zip(values))
        {
            keyValue[name] = Shown(value, collation);
        }

        var order = collation.Document is null ? "" : $" collation: {Shell(collation.Document)}";
        var message = $"E11000 duplicate key error collection: {collection.Namespace} index: {index}{order} dup key: {Shell(keyValue)}";
        var details = new BsonDocument { { "keyPattern", keyPattern }, { "keyValue", keyValue } };
        return new MongoError(11000, "DuplicateKey", message)
        {
            Details = collation.Document is null ? details : details.Add("collation", collation.Document),
        };
    }

    // All that an index with a collation knows of a string is its key.
    private static BsonValue Shown(BsonValue value, Collation collation) => value is BsonString text && !collation.IsSimple
        ? $"CollationKey(0x{Convert.ToHexStringLower(collation.Key(text.Value).AsSpan()[..^1])})"
        : value;

    /// <summary>A value as the shell would write it.</summary>
    public static string Shell(BsonValue value) => value switch
    {
        BsonDocument { ElementCount: 0 } => "{}",
        BsonDocument document => $"{{ {string.Join(", ", document.Select(e => $"{e.Name}: {Shell(e.Value)}"))} }}",
        BsonArray array => array.Count == 0 ? "[]" : $"[ {string.Join(", ", array.Select(Shell))} ]",
        BsonString text => Quote(text.Value),
        BsonObjectId id => $"ObjectId('{id.Value}')",
        BsonDateTime date => $"new Date({date.MillisecondsSinceEpoch})",
        BsonBoolean flag => flag.Value ? "true" : "false",
        BsonNull => "null",
        BsonUndefined => "undefined",
        BsonDouble number => number.Value % 1 == 0 && Math.Abs(number.Value) < 1e15
            ? number.Value.ToString("F1", CultureInfo.InvariantCulture)
            : number.Value.ToString("R", CultureInfo.InvariantCulture),
        BsonInt32 or BsonInt64 => value.ToInt64().ToString(CultureInfo.InvariantCulture),
        BsonBinaryData binary => $"BinData({(int)binary.SubType}, {Convert.ToHexString(binary.Bytes)})",
        _ => value.ToString() ?? "",
    };

    private static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
