using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>An aggregation pipeline, parsed once. Safe for concurrent use.</summary>
internal sealed class Pipeline
{
    private const int MostStages = 1000;

    private readonly Stage[] _stages;

    private Pipeline(PipelineHead head, List<(string Name, BsonValue Argument)> rest, QueryContext context) =>
        (Head, Rest, _stages, Fields) = (head, rest, StageParser.ParseAll(rest, context), PipelineFields.Of(rest));

    /// <summary>What is left to the reading of a collection, and expected to have been done by <see cref="Run"/>.</summary>
    public PipelineHead Head { get; }

    /// <summary>The stages that are carried out after the head, in their order.</summary>
    public IReadOnlyList<(string Name, BsonValue Argument)> Rest { get; }

    /// <summary>All that <see cref="Run"/> looks at in a document; null where it may be everything.</summary>
    public FieldSet? Fields { get; }

    /// <summary>Parses stages that documents are put through.</summary>
    /// <param name="stages">The stages.</param>
    /// <param name="context">Their collation and variables, if there are any; <c>$lookup</c> parses anew for each value of its own.</param>
    /// <exception cref="MongoError">A stage is malformed or not supported.</exception>
    public static Pipeline Parse(BsonArray stages, QueryContext? context = null) =>
        new(PipelineHead.Nothing, StageOrder.Arrange(CheckLength(stages)), context ?? QueryContext.Plain);

    /// <summary>Parses stages over a collection, whose reading they begin with.</summary>
    public static Pipeline ParseOver(BsonArray stages, QueryContext context)
    {
        var arranged = StageOrder.Arrange(CheckLength(stages));
        var head = PipelineHead.TakeFrom(arranged);
        var pipeline = new Pipeline(head, arranged, context);

        foreach (var (_, argument) in stages.Skip(1).Select(StageParser.Open).Where(stage => stage.Name == "$match"))
        {
            StageParser.CheckText(StageParser.MatchFilter(argument));
        }

        if (!StageParser.Searches(head.Filter) && (AsksForScore(head.Filter) || (head.Sort is not null && AsksForScore(head.Sort)) || AskForScore(arranged)))
        {
            throw NoScore();
        }

        return pipeline;
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

        return AsksForScore(stages) ? throw NoScore() : Parse(stages, context);
    }

    public static MongoError NoScore() => Failure.Located(40218, "query requires text score metadata, but it is not available");

    private static BsonArray CheckLength(BsonArray stages) => stages.Count <= MostStages ? stages
        : throw Failure.Located(7749501, $"Pipeline length must be no longer than {MostStages} stages");

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

    // Even if there is no document to ask it of. What groups make has no score, whether there was a search or not.
    private static bool AskForScore(IEnumerable<(string Name, BsonValue Argument)> stages)
    {
        foreach (var (name, argument) in stages)
        {
            if (name switch
            {
                "$lookup" => false,
                "$facet" => ((BsonDocument)argument).Values.Any(facet => AskForScore(facet.AsBsonArray.Select(StageParser.Open))),
                _ => AsksForScore(argument),
            })
            {
                return true;
            }

            if (name is "$group" or "$sortByCount" or "$count" or "$facet")
            {
                return false;
            }
        }

        return false;
    }

    public static bool AsksForScore(BsonValue value) => value switch
    {
        BsonDocument document => document.Any(e => e is { Name: "$meta", Value: BsonString { Value: "textScore" } } || (e.Name is not ("$literal" or "$const") && AsksForScore(e.Value))),
        BsonArray array => array.Any(AsksForScore),
        _ => false,
    };
}
