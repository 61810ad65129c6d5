using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>validate: reads a whole collection and compares each index with it. It always checks everything, and beside the writers.</summary>
internal static class ValidateCommand
{
    public static readonly Command[] All =
    [
        new("validate", ["full", "background", "enforceFastCount"], Validate) { Unsupported = ["repair", "metadata", "checkBSONConformance"] },
    ];

    private static ValueTask<BsonDocument?> Validate(Engine engine, CommandContext context)
    {
        foreach (var other in (string[])["full", "enforceFastCount"])
        {
            if (context.Flag("background") && context.Flag(other))
            {
                throw new MongoError(72, "InvalidOptions", $"Running the validate command with both {{ background: true }} and {{ {other}: true }} is not supported.");
            }
        }

        using var session = context.Read(engine);
        var collection = session.Catalog.Find(context.Database, context.Collection)
            ?? throw new MongoError(26, "NamespaceNotFound", $"Collection '{context.Namespace}' does not exist to validate.");
        var found = Validation.Of(session, collection);
        var errors = found.Problems.SelectMany(p => p.Value.Select(text => $"index {p.Key}: {text}")).ToList();
        if (found.InvalidRecords > 0)
        {
            errors.Add("Detected one or more invalid documents.");
        }

        return new(new BsonDocument
        {
            { "ns", context.Namespace },
            { "nInvalidDocuments", Number.Wrap(found.InvalidRecords) },
            { "nNonCompliantDocuments", 0 },
            { "nrecords", Number.Wrap(found.Records) },
            { "nIndexes", found.Keys.Count },
            { "keysPerIndex", new BsonDocument(found.Keys.Select(k => new BsonElement(k.Key, Number.Wrap(k.Value)))) },
            { "indexDetails", new BsonDocument(found.Keys.Keys.Select(name => new BsonElement(name, Details(found.Problems.GetValueOrDefault(name))))) },
            { "valid", errors.Count == 0 },
            { "repaired", false },
            { "warnings", new BsonArray() },
            { "errors", new BsonArray(errors) },
            { "extraIndexEntries", new BsonArray() },
            { "missingIndexEntries", new BsonArray() },
            { "corruptRecords", new BsonArray() },
            { "ok", 1.0 },
        });
    }

    private static BsonDocument Details(List<string>? problems) =>
        problems is null ? new("valid", true) : new() { { "valid", false }, { "errors", new BsonArray(problems) } };
}
