using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>An aggregation pipeline, parsed once. Safe for concurrent use.</summary>
internal sealed class Pipeline
{
    private readonly Stage[] _stages;

    private Pipeline(BsonDocument? leadingMatch, Stage[] stages) => (LeadingMatch, _stages) = (leadingMatch, stages);

    /// <summary>The filter of a <c>$match</c> that comes first; <see cref="Run"/> expects it to have been applied.</summary>
    public BsonDocument? LeadingMatch { get; }

    /// <summary>Parses the stages.</summary>
    /// <param name="stages">The stages.</param>
    /// <param name="context">Their collation and variables, if there are any; <c>$lookup</c> parses anew for each value of its own.</param>
    /// <exception cref="MongoError">A stage is malformed or not supported.</exception>
    public static Pipeline Parse(BsonArray stages, QueryContext? context = null)
    {
        var leading = stages.Count > 0 && stages[0] is BsonDocument { ElementCount: 1 } first && first.GetElement(0).Name == "$match"
            ? StageParser.MatchFilter(first[0])
            : null;

        return new(leading, StageParser.ParseAll(leading is null ? stages : new BsonArray(stages.Skip(1)), context ?? QueryContext.Plain));
    }

    /// <summary>Puts documents through the stages, one by one where the stages allow it. The documents are not changed.</summary>
    public IEnumerable<BsonDocument> Run(IEnumerable<BsonDocument> input) => Through(input).Select(Documents.WithoutScore);

    public static Pipeline ParseUpdate(BsonArray stages, QueryContext context)
    {
        foreach (var stage in stages)
        {
            if (stage is BsonDocument { ElementCount: 1 } document && document.GetElement(0).Name
                is not ("$addFields" or "$set" or "$project" or "$unset" or "$replaceRoot" or "$replaceWith"))
            {
                throw new MongoError(72, "InvalidOptions", $"{document.GetElement(0).Name} is not allowed to be used within an update");
            }
        }

        return new(null, StageParser.ParseAll(stages, context));
    }

    public static Pipeline ParseNested(BsonArray stages, QueryContext context) => new(null, StageParser.ParseAll(stages, context));

    public IEnumerable<BsonDocument> Through(IEnumerable<BsonDocument> documents)
    {
        foreach (var stage in _stages)
        {
            documents = stage(documents);
        }

        return documents;
    }

    // The stages share what they leave alone with the original, which the caller may go on to change.
    public BsonDocument RunOne(BsonDocument document) => (BsonDocument)Run([document]).Single().DeepClone();
}
