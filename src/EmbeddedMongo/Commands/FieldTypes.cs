using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>The types that commands' fields must have. They are checked even where a field asks for what happens anyway.</summary>
internal static class FieldTypes
{
    private enum Kind
    {
        Any,
        Object,
        Array,
        Objects,
        Text,
        Bool,
        Flag,
        Number,
        Count,
    }

    /// <param name="ns">The command, or the part of it that holds the field.</param>
    /// <param name="field">A field that is known there. Null counts as missing.</param>
    public static void Check(string ns, BsonElement field)
    {
        var (name, value) = field;
        var kind = value is BsonNull or BsonUndefined ? Kind.Any : Of(ns, name);
        var matches = kind switch
        {
            Kind.Object => value is BsonDocument,
            Kind.Array or Kind.Objects => value is BsonArray,
            Kind.Text => value is BsonString,
            Kind.Bool => value is BsonBoolean,
            Kind.Flag => value is BsonBoolean || value.IsNumeric,
            Kind.Number or Kind.Count => value.IsNumeric,
            _ => true,
        };

        if (!matches)
        {
            throw Wrong($"{ns}.{name}", value, Expected(kind));
        }

        if (kind == Kind.Count && value.ToDouble() < 0)
        {
            throw new MongoError(51024, "Location51024", $"BSON field '{name}' value must be >= 0, actual value '{value}'");
        }

        for (var i = 0; kind == Kind.Objects && i < value.AsBsonArray.Count; i++)
        {
            if (value[i] is not BsonDocument)
            {
                throw Wrong($"{ns}.{name}.{i}", value[i], "object");
            }
        }
    }

    /// <summary>Refuses fields that a part of a command may not have, and wrong types of those it may.</summary>
    public static void CheckAll(string ns, BsonDocument part, params ReadOnlySpan<string> known)
    {
        foreach (var field in part)
        {
            if (!known.Contains(field.Name))
            {
                throw Unknown(ns, field.Name);
            }

            Check(ns, field);
        }
    }

    public static MongoError Unknown(string ns, string field) => new(40415, "Location40415", $"BSON field '{ns}.{field}' is an unknown field.");

    public static MongoError Missing(string ns, string field) => new(40414, "Location40414", $"BSON field '{ns}.{field}' is missing but a required field");

    public static MongoError Wrong(string field, BsonValue value, string expected) => MongoError.TypeMismatch(
        $"BSON field '{field}' is the wrong type '{Failure.TypeName(value)}', expected type{(expected[0] == '[' ? "s" : "")} '{expected}'");

    private static Kind Of(string ns, string name) => (ns, name) switch
    {
        (_, "ordered") or ("update.updates", "multi" or "upsert") => Kind.Bool,
        ("count", "limit") or ("create", "max") => Kind.Number,
        ("delete.deletes", "limit") => Kind.Any,
        (_, "filter" or "query" or "q" or "sort" or "projection" or "fields" or "let" or "c" or "collation" or "cursor" or "min" or "max" or "idIndex"
            or "validator" or "timeseries" or "storageEngine" or "indexOptionDefaults" or "writeConcern" or "$readPreference" or "$clusterTime" or "lsid"
            or "partialFilterExpression") => Kind.Object,
        (_, "arrayFilters" or "documents" or "updates" or "deletes" or "indexes" or "pipeline") => Kind.Objects,
        (_, "cursors") => Kind.Array,
        ("distinct", "key") or ("getMore", "collection") or (_, "apiVersion" or "viewOn" or "validationLevel" or "validationAction") => Kind.Text,
        (_, "batchSize" or "skip" or "limit" or "size") => Kind.Count,
        (_, "singleBatch" or "allowDiskUse" or "allowPartialResults" or "returnKey" or "showRecordId" or "tailable" or "awaitData" or "noCursorTimeout"
            or "oplogReplay" or "readOnce" or "bypassDocumentValidation" or "remove" or "new" or "upsert" or "nameOnly" or "authorizedCollections"
            or "authorizedDatabases" or "capped" or "autoIndexId" or "apiStrict" or "apiDeprecationErrors" or "explain" or "showPrivileges"
            or "full" or "background" or "enforceFastCount" or "repair" or "metadata" or "checkBSONConformance") => Kind.Flag,
        _ => Kind.Any,
    };

    private static string Expected(Kind kind) => kind switch
    {
        Kind.Object => "object",
        Kind.Array or Kind.Objects => "array",
        Kind.Text => "string",
        Kind.Bool => "bool",
        Kind.Flag => "[bool, long, int, decimal, double]",
        _ => "[long, int, decimal, double]",
    };
}
