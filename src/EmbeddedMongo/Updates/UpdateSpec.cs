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
    private readonly Collation _collation = Collation.Simple;

    private UpdateSpec(BsonDocument replacement, Collation collation) => (_replacement, _collation) = (replacement, collation);

    private UpdateSpec(Pipeline pipeline, Collation collation) => (_pipeline, _collation) = (pipeline, collation);

    private UpdateSpec(OperatorUpdate operators, Collation collation) => (_operators, _collation) = (operators, collation);

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
                : new(Pipeline.ParseUpdate(stages, context), context.Collation);
        }

        var document = update as BsonDocument
            ?? throw Failure.FailedToParse("Update argument must be either an object or an array");

        if (document.ElementCount > 0 && document.GetElement(0).Name.StartsWith('$'))
        {
            return new(OperatorUpdate.Parse(document, arrayFilters, context), context.Collation);
        }

        if (arrayFilters is { Count: > 0 })
        {
            throw Failure.FailedToParse("arrayFilters may not be specified for replacement-style updates");
        }

        ServerTimestamp.FillIn(document);
        return new(document, context.Collation);
    }

    /// <summary>The updated document, with <c>_id</c> first; the original is not changed.</summary>
    /// <param name="original">The document as it is.</param>
    /// <param name="query">The filter that found it, which tells the positional operator its place.</param>
    /// <exception cref="MongoError">The update cannot be applied to this document.</exception>
    public BsonDocument Apply(BsonDocument original, BsonDocument query) => Apply(original, query, out _);

    /// <summary>The document that an upsert inserts where nothing matches; without <c>_id</c> if neither query nor update gives one.</summary>
    /// <param name="query">The filter, whose equalities the document starts from.</param>
    /// <exception cref="MongoError">Query and update do not make one document.</exception>
    public BsonDocument Insert(BsonDocument query) =>
        Change(_replacement is null ? UpsertSeeds.Of(query, _collation) : UpsertSeeds.IdOf(query, _collation), query, isInsert: true, out _);

    /// <param name="original">The document as it is.</param>
    /// <param name="query">The filter that found it.</param>
    /// <param name="counts">Whether the document counts as modified even if it is what it was.</param>
    internal BsonDocument Apply(BsonDocument original, BsonDocument query, out bool counts) => Change(original, query, isInsert: false, out counts);

    private BsonDocument Change(BsonDocument original, BsonDocument query, bool isInsert, out bool counts)
    {
        counts = false;
        BsonDocument updated;

        if (_operators is not null)
        {
            updated = _operators.Apply(original, query, isInsert, out counts);
        }
        else
        {
            // Without its _id the new document is not the same as the old one.
            updated = _replacement is not null ? (BsonDocument)_replacement.DeepClone() : _pipeline!.RunOne(original);
            counts = !updated.Contains("_id");
            KeepId(updated, original);
        }

        if (_pipeline is null)
        {
            DollarFields.Check(updated, isInsert || _replacement is not null ? null : original);
        }

        updated = WithIdFirst(updated, original);
        Documents.CheckDepth(updated);
        return updated;
    }

    // Here an _id may be another number of the same value.
    private static void KeepId(BsonDocument updated, BsonDocument original)
    {
        if (original.TryGetValue("_id", out var id))
        {
            if (!updated.TryGetValue("_id", out var given))
            {
                updated.InsertAt(0, new("_id", id.DeepClone()));
            }
            else if (BsonOrder.Compare(id, given) != 0)
            {
                throw Failure.ImmutableField(
                    $"After applying the update, the (immutable) field '_id' was found to have been altered to _id: {Failure.Show(given)}");
            }
        }
    }

    private BsonDocument WithIdFirst(BsonDocument updated, BsonDocument original)
    {
        var given = updated.Find("_id");

        if (_operators is not null && original.TryGetValue("_id", out var id) && !id.Equals(given))
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
