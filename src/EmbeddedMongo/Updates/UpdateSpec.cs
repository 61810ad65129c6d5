using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>An update, parsed once: a replacement document, operators, or a pipeline. Safe for concurrent use.</summary>
internal sealed class UpdateSpec
{
    private readonly BsonDocument? _replacement;
    private readonly Pipeline? _pipeline;
    private readonly OperatorUpdate? _operators;

    private UpdateSpec(BsonDocument replacement) => _replacement = replacement;

    private UpdateSpec(Pipeline pipeline) => _pipeline = pipeline;

    private UpdateSpec(OperatorUpdate operators) => _operators = operators;

    /// <summary>Whether the whole document is replaced, all but its <c>_id</c>.</summary>
    public bool IsReplacement => _replacement is not null;

    /// <summary>Parses what update and findAndModify take as the update.</summary>
    /// <param name="update">The update.</param>
    /// <param name="arrayFilters">What its <c>$[id]</c> refer to.</param>
    /// <param name="context">Its collation and variables, if there are any.</param>
    /// <exception cref="MongoError">The update is malformed, contradicts itself, or uses what is not supported.</exception>
    public static UpdateSpec Parse(BsonValue update, BsonArray? arrayFilters, QueryContext? context = null)
    {
        context ??= QueryContext.Plain;

        if (update is BsonArray stages)
        {
            return arrayFilters is { Count: > 0 }
                ? throw Failure.FailedToParse("arrayFilters may not be specified for pipeline-syle updates")
                : new(Pipeline.ParseUpdate(stages, context));
        }

        var document = update as BsonDocument
            ?? throw Failure.FailedToParse("Update argument must be either an object or an array");

        if (document.ElementCount > 0 && document.GetElement(0).Name.StartsWith('$'))
        {
            return new(OperatorUpdate.Parse(document, arrayFilters, context));
        }

        if (arrayFilters is { Count: > 0 })
        {
            throw Failure.FailedToParse("arrayFilters may not be specified for replacement-style updates");
        }

        foreach (var element in document)
        {
            if (element.Name.StartsWith('$'))
            {
                throw Failure.DollarPrefixed($"The dollar ($) prefixed field '{element.Name}' in '{element.Name}' is not allowed in the "
                    + "context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.");
            }
        }

        return new(document);
    }

    /// <summary>The updated document, with <c>_id</c> first; the original is not changed.</summary>
    /// <param name="original">The document as it is; for an upsert what <see cref="UpsertSeed"/> made of the query.</param>
    /// <param name="query">The filter that found it, which tells the positional operator its place.</param>
    /// <param name="isInsert">Whether an upsert is about to insert.</param>
    /// <exception cref="MongoError">The update cannot be applied to this document.</exception>
    public BsonDocument Apply(BsonDocument original, BsonDocument query, bool isInsert)
    {
        var updated = _replacement is not null ? Replace(original, _replacement)
            : _pipeline is not null ? _pipeline.RunOne(original)
            : _operators!.Apply(original, query, isInsert);

        updated = WithIdFirst(updated, original);
        Documents.CheckDepth(updated);
        return updated;
    }

    /// <summary>The document an upsert starts from: the fields that the query says must equal a value.</summary>
    public static BsonDocument UpsertSeed(BsonDocument query) => UpsertSeeds.Of(query);

    private static BsonDocument Replace(BsonDocument original, BsonDocument replacement)
    {
        var result = (BsonDocument)replacement.DeepClone();

        if (original.TryGetValue("_id", out var id))
        {
            if (result.TryGetValue("_id", out var given) && BsonOrder.Compare(id, given) != 0)
            {
                throw Failure.ImmutableField(
                    $"After applying the update, the (immutable) field '_id' was found to have been altered to _id: {Failure.Show(given)}");
            }

            result["_id"] = id.DeepClone();
        }

        return result;
    }

    private static BsonDocument WithIdFirst(BsonDocument updated, BsonDocument original)
    {
        var given = updated.Find("_id");

        if (original.TryGetValue("_id", out var id) && (given is null || BsonOrder.Compare(id, given) != 0))
        {
            throw Failure.ImmutableField("Performing an update on the path '_id' would modify the immutable field '_id'");
        }

        if (given is BsonArray or BsonRegularExpression or BsonUndefined)
        {
            throw new MongoError(53, "InvalidIdField", $"The '_id' value cannot be of type {Failure.TypeName(given)}");
        }

        if (given is null || updated.GetElement(0).Name == "_id")
        {
            return updated;
        }

        updated.Remove("_id");
        updated.InsertAt(0, new("_id", given));
        return updated;
    }
}
