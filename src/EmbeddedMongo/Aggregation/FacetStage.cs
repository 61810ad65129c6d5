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

            if (stages.OfType<BsonDocument>().Any(stage => stage.Contains("$facet")))
            {
                throw Failure.Located(40600, "$facet is not allowed to be used within a $facet stage");
            }

            facets.Add((name, Pipeline.ParseNested(stages, context)));
        }

        return documents => [Run(documents.ToList(), facets)];
    }

    private static BsonDocument Run(List<BsonDocument> documents, List<(string Name, Pipeline Pipeline)> facets)
    {
        var result = new BsonDocument();

        foreach (var (name, pipeline) in facets)
        {
            result[name] = new BsonArray(pipeline.Run(documents));
        }

        return result;
    }
}
