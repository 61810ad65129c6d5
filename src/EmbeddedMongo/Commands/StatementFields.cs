using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>The fields of one element of "updates" or "deletes".</summary>
internal static class StatementFields
{
    private static readonly HashSet<string> Unsupported = ["hint", "collation", "c"];

    public static void Check(BsonDocument statement, string ns, params ReadOnlySpan<string> known)
    {
        foreach (var field in statement)
        {
            if (known.Contains(field.Name))
            {
                continue;
            }

            if (!Unsupported.Contains(field.Name))
            {
                throw new MongoError(40415, "Location40415", $"BSON field '{ns}.{field.Name}' is an unknown field.");
            }

            if (field.Value is not BsonNull and not BsonDocument { ElementCount: 0 }
                && (field.Name != "collation" || field.Value is not BsonDocument collation || collation.GetValue("locale", "") != "simple"))
            {
                throw MongoError.NotSupported($"The field '{ns}.{field.Name}' is not supported by this server");
            }
        }
    }

    public static BsonDocument Query(BsonDocument statement, string ns) => statement.GetValue("q", BsonNull.Value) as BsonDocument
        ?? throw new MongoError(40414, "Location40414", $"BSON field '{ns}.q' is missing but a required field");

    public static bool Flag(BsonDocument statement, string ns, string field) => statement.GetValue(field, false) switch
    {
        BsonBoolean flag => flag.Value,
        { IsNumeric: true } number => number.ToDouble() != 0,
        var other => throw MongoError.TypeMismatch($"BSON field '{ns}.{field}' is the wrong type '{other.BsonType}', expected type 'bool'"),
    };
}
