using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>The query language's errors under the codes MongoDB gives them.</summary>
internal static class Failure
{
    private static readonly JsonWriterSettings Shell = new() { OutputMode = JsonOutputMode.RelaxedExtendedJson, MaxSerializationDepth = 1000 };

    public static MongoError BadValue(string message) => MongoError.BadValue(message);

    public static MongoError FailedToParse(string message) => MongoError.FailedToParse(message);

    public static MongoError TypeMismatch(string message) => MongoError.TypeMismatch(message);

    public static MongoError NotSupported(string what) => MongoError.NotSupported($"{what} is not supported by this server");

    public static MongoError Conflict(string path, string at) =>
        new(40, "ConflictingUpdateOperators", $"Updating the path '{path}' would create a conflict at '{at}'");

    public static MongoError PathNotViable(string message) => new(28, "PathNotViable", message);

    public static MongoError DollarPrefixed(string message) => new(52, "DollarPrefixedFieldName", message);

    public static MongoError EmptyFieldName(string message) => new(56, "EmptyFieldName", message);

    public static MongoError ImmutableField(string message) => new(66, "ImmutableField", message);

    /// <summary>One of MongoDB's numbered errors that have no name.</summary>
    public static MongoError Located(int code, string message) => new(code, $"Location{code}", message);

    public static string Show(BsonValue value)
    {
        try
        {
            return value.ToJson(Shell);
        }
        catch (BsonSerializationException)
        {
            return "(a value that nests too deep to be shown)";
        }
    }

    /// <summary>The type as error messages and <c>$type</c> name it.</summary>
    public static string TypeName(BsonValue? value) => value is null ? "missing" : TypeNames.Of(value.BsonType);
}
