using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary><c>$facet</c>: several pipelines over the same documents, their results side by side.</summary>
internal static class FacetStage
{
    public static Stage Parse(BsonValue argument, QueryContext context)
    {
        if (argument is not BsonDocument { ElementCount: > 0 } document)
        {
            throw Failure.Located(40169, "the $facet specification must be a non-empty object");
        }

        var facets = new List<(string Name, Pipeline Pipeline)>();

        foreach (var (name, value) in document)
        {
            if (name.StartsWith('$') || name.Contains('.'))
            {
                throw Failure.Located(name.StartsWith('$') ? 16410 : 16412, $"FieldPath field names may not start with '$' or contain '.': {name}");
            }

            var stages = value as BsonArray
                ?? throw Failure.Located(40170, $"arguments to $facet must be arrays, {name} is type {Failure.TypeName(value)}");

            CheckStages(stages);
            facets.Add((name, Pipeline.Parse(stages, context)));
        }

        return documents => [Run(Buffer(documents), facets)];
    }

    // Also inside the pipeline of a lookup.
    private static void CheckStages(BsonArray stages)
    {
        foreach (var stage in stages)
        {
            if (stage is not BsonDocument { ElementCount: > 0 } document)
            {
                throw Failure.Located(40171, $"elements of arrays in $facet spec must be non-empty objects, found {Failure.TypeName(stage)}");
            }

            if (document.GetElement(0).Name is "$facet" or "$out" or "$merge" or "$geoNear" or "$collStats" or "$indexStats" or "$planCacheStats" or "$changeStream")
            {
                throw Failure.Located(40600, $"{document.GetElement(0).Name} is not allowed to be used within a $facet stage");
            }

            if (document.Find("$lookup") is BsonDocument lookup && lookup.Find("pipeline") is BsonArray inner)
            {
                CheckStages(inner);
            }
        }
    }

    private static List<BsonDocument> Buffer(IEnumerable<BsonDocument> documents)
    {
        var buffered = new List<BsonDocument>();
        var memory = new MemoryLimit("$facet");

        foreach (var document in documents)
        {
            memory.Add(MemoryLimit.WeightOf(document));
            buffered.Add(document);
        }

        return buffered;
    }

    private static BsonDocument Run(List<BsonDocument> documents, List<(string Name, Pipeline Pipeline)> facets)
    {
        var result = new BsonDocument();
        var weight = 0L;

        foreach (var (name, pipeline) in facets)
        {
            var found = new BsonArray();
            result[name] = found;

            foreach (var document in pipeline.Run(documents))
            {
                weight += MemoryLimit.WeightOf(document);
                found.Add(weight <= MemoryLimit.Most ? document
                    : throw Failure.Located(4031700, $"document constructed by $facet is {weight} bytes, which exceeds the limit of {MemoryLimit.Most} bytes"));
            }
        }

        return result;
    }
}
