using System.Globalization;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>Code 11000, with the message and the details that drivers and their users look into.</summary>
internal static class DuplicateKey
{
    public static MongoError Error(CollectionInfo collection, string index, BsonDocument keyPattern, BsonValue[] values)
    {
        var keyValue = new BsonDocument();
        foreach (var (name, value) in keyPattern.Names.Zip(values))
        {
            keyValue[name] = value;
        }

        var message = $"E11000 duplicate key error collection: {collection.Namespace} index: {index} dup key: {Shell(keyValue)}";
        return new MongoError(11000, "DuplicateKey", message)
        {
            Details = new BsonDocument { { "keyPattern", keyPattern }, { "keyValue", keyValue } },
        };
    }

    private static string Shell(BsonValue value) => value switch
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
