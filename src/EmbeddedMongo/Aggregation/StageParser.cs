using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>What a stage makes of a stream of documents.</summary>
internal delegate IEnumerable<BsonDocument> Stage(IEnumerable<BsonDocument> documents);

/// <summary>Reads pipeline stages.</summary>
internal static class StageParser
{
    public static Stage[] ParseAll(List<(string Name, BsonValue Argument)> stages, QueryContext context)
    {
        var parsed = new Stage[stages.Count];

        for (var i = 0; i < parsed.Length; i++)
        {
            var (name, argument) = stages[i];

            // A sort need hold no more than is taken of it at once.
            parsed[i] = name == "$sort" ? Sort(argument, context, PipelineHead.Window(stages, i + 1).To) : Parse(name, argument, context);
        }

        return parsed;
    }

    public static BsonDocument MatchFilter(BsonValue argument) => argument as BsonDocument
        ?? throw Failure.Located(15959, "the match filter must be an expression in an object");

    public static (string Name, BsonValue Argument) Open(BsonValue stage)
    {
        var document = stage as BsonDocument ?? throw Failure.TypeMismatch("Each element of the 'pipeline' array must be an object");

        return document.ElementCount == 1
            ? (document.GetElement(0).Name, document[0])
            : throw Failure.Located(40323, "A pipeline stage specification object must contain exactly one field.");
    }

    private static Stage Parse(string name, BsonValue argument, QueryContext context) => name switch
    {
        "$match" => Match(MatchFilter(argument), context),
        "$skip" => Skip(ParseSkip(argument)),
        "$limit" => Limit(ParseLimit(argument)),
        "$count" => CountStage.Parse(argument),
        "$group" => GroupStage.Parse(argument, context),
        "$sortByCount" => CountStage.ParseSortByCount(argument, context),
        "$project" => ShapeStages.Project(argument, context),
        "$addFields" or "$set" => ShapeStages.AddFields(name, argument, context),
        "$unset" => ShapeStages.Unset(argument, context),
        "$replaceRoot" => ShapeStages.ReplaceRoot(argument, context),
        "$replaceWith" => ShapeStages.ReplaceWith(argument, context),
        "$unwind" => UnwindStage.Parse(argument),
        "$facet" => FacetStage.Parse(argument, context),
        "$lookup" => LookupStage.Parse(argument, context),
        "$graphLookup" or "$unionWith" or "$out" or "$merge" or "$bucket" or "$bucketAuto" or "$sample" or "$geoNear"
            or "$redact" or "$fill" or "$densify" or "$setWindowFields" or "$documents"
            or "$indexStats" or "$currentOp" or "$listSessions" or "$listLocalSessions" or "$planCacheStats" or "$search"
            or "$searchMeta" or "$vectorSearch" or "$changeStreamSplitLargeEvent" or "$listSearchIndexes" =>
            throw Failure.NotSupported($"the stage {name}"),
        "$collStats" => throw Failure.Located(40602, "$collStats is only valid as the first stage in a pipeline."),
        "$changeStream" => throw Failure.Located(40573, "The $changeStream stage is only supported on replica sets"),
        _ => throw Failure.Located(40324, $"Unrecognized pipeline stage name: '{name}'"),
    };

    private static Stage Match(BsonDocument filter, QueryContext context)
    {
        CheckText(filter);
        var matcher = Matcher.Compile(filter, context);
        return documents => documents.Where(matcher.Matches);
    }

    private static Stage Sort(BsonValue argument, QueryContext context, long limit)
    {
        var spec = SortSpec.Parse(SortKeys(argument), context.Collation);
        return documents => spec.Order(documents, limit);
    }

    /// <summary>A text search can only be where a collection is read.</summary>
    public static void CheckText(BsonDocument filter)
    {
        if (Searches(filter))
        {
            throw Failure.Located(17313, "$match with $text is only allowed as the first pipeline stage");
        }
    }

    public static bool Searches(BsonDocument filter) => filter.Any(clause => clause.Name == "$text"
        || (clause.Name is "$and" or "$or" or "$nor" && clause.Value is BsonArray parts && parts.OfType<BsonDocument>().Any(Searches)));

    public static BsonDocument SortKeys(BsonValue argument)
    {
        var sort = argument as BsonDocument ?? throw Failure.Located(15973, "the $sort key specification must be an object");

        if (sort.ElementCount == 0)
        {
            throw Failure.Located(15976, "$sort stage must have at least one sort key");
        }

        SortSpec.Parse(sort);
        return sort;
    }

    private static Stage Skip(long count) => documents => count == 0 ? documents : Skip(documents, count);

    private static Stage Limit(long count) => documents => Limit(documents, count);

    public static long ParseSkip(BsonValue argument) => ParseCount("$skip", argument, 5107200);

    public static long ParseLimit(BsonValue argument) => ParseCount("$limit", argument, 5107201) is var limit and > 0
        ? limit
        : throw Failure.Located(15958, "the limit must be positive");

    private static long ParseCount(string name, BsonValue argument, int code)
    {
        if (!argument.IsNumeric || !Number.TryToLong(argument, out var count) || count < 0)
        {
            throw Failure.Located(code, $"invalid argument to {name} stage: Expected a non-negative whole number in: {name}: {Failure.Show(argument)}");
        }

        return count;
    }

    private static IEnumerable<BsonDocument> Skip(IEnumerable<BsonDocument> documents, long count)
    {
        foreach (var document in documents)
        {
            if (count-- <= 0)
            {
                yield return document;
                count = 0;
            }
        }
    }

    private static IEnumerable<BsonDocument> Limit(IEnumerable<BsonDocument> documents, long count)
    {
        foreach (var document in documents)
        {
            yield return document;

            if (--count == 0)
            {
                yield break;
            }
        }
    }
}
