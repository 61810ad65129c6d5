using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>The fields of one element of "updates" or "deletes".</summary>
internal static class StatementFields
{
    private static readonly HashSet<string> Unsupported = ["c"];

    public static void Check(BsonDocument statement, string ns, params ReadOnlySpan<string> known)
    {
        foreach (var field in statement)
        {
            var isUnsupported = Unsupported.Contains(field.Name);
            if (!isUnsupported && !known.Contains(field.Name))
            {
                throw FieldTypes.Unknown(ns, field.Name);
            }

            FieldTypes.Check(ns, field);
            if (isUnsupported && field.Value is not BsonNull and not BsonDocument { ElementCount: 0 })
            {
                throw MongoError.NotSupported($"The field '{ns}.{field.Name}' is not supported by this server");
            }
        }
    }

    public static BsonDocument Query(BsonDocument statement, string ns) => Required(statement, ns, "q").AsBsonDocument;

    public static BsonValue Required(BsonDocument statement, string ns, string field) =>
        statement.TryGetValue(field, out var value) && !value.IsBsonNull ? value : throw FieldTypes.Missing(ns, field);

    /// <summary>What surrounds the statement: as the command, but with a collation of its own if it has one.</summary>
    public static QueryContext Context(BsonDocument statement, QueryContext command) =>
        command with { Collation = CommandContext.Collation(statement.GetValue("collation", null) as BsonDocument, command.Collation) };

    public static bool Flag(BsonDocument statement, string field) => statement.TryGetValue(field, out var value) && value == BsonBoolean.True;
}
