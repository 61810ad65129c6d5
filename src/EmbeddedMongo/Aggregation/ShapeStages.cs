using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>The stages that make one document of one.</summary>
internal static class ShapeStages
{
    public static Stage Project(BsonValue argument, QueryContext context)
    {
        var document = argument as BsonDocument ?? throw Failure.Located(15969, "$project specification must be an object");

        if (document.ElementCount == 0)
        {
            throw Failure.Located(51272, "Invalid $project :: caused by :: projection specification must have at least one field");
        }

        return Each(ProjectionParser.ForPipeline(document, context).Apply);
    }

    public static Stage AddFields(string name, BsonValue argument, QueryContext context)
    {
        var document = argument as BsonDocument
            ?? throw Failure.Located(40272, $"{name} specification stage must be an object, got {Failure.TypeName(argument)}");

        if (document.ElementCount == 0)
        {
            throw Failure.Located(40177, $"Invalid {name} :: caused by :: specification must have at least one field");
        }

        return Each(ProjectionParser.ParseAdditions(document, context).Apply);
    }

    public static Stage Unset(BsonValue argument, QueryContext context)
    {
        var fields = argument switch
        {
            BsonString one => [one],
            BsonArray { Count: > 0 } several => several,
            BsonArray => throw Failure.Located(31119, "$unset specification must be a string or an array with at least one field"),
            _ => throw Failure.Located(31002, "$unset specification must be a string or an array"),
        };

        var projection = new BsonDocument();

        foreach (var field in fields)
        {
            projection[field is BsonString path ? path.Value
                : throw Failure.Located(31120, "$unset specification must be a string or an array containing only string values")] = 0;
        }

        return Each(ProjectionParser.ForPipeline(projection, context).Apply);
    }

    public static Stage ReplaceRoot(BsonValue argument, QueryContext context)
    {
        var document = argument as BsonDocument
            ?? throw Failure.Located(40229, $"expected an object as specification for $replaceRoot stage, got {Failure.TypeName(argument)}");

        foreach (var element in document)
        {
            if (element.Name != "newRoot")
            {
                throw Failure.Located(40415, $"BSON field '$replaceRoot.{element.Name}' is an unknown field.");
            }
        }

        return ReplaceWith(document.Find("newRoot") ?? throw Failure.Located(40414, "BSON field '$replaceRoot.newRoot' is missing but a required field"), context);
    }

    public static Stage ReplaceWith(BsonValue argument, QueryContext context)
    {
        var root = ExpressionParser.Parse(argument, context);

        return Each(document => root.Evaluate(new(document)) switch
        {
            BsonDocument replaced => replaced,
            var other => throw Failure.Located(40228, "'newRoot' expression must evaluate to an object, but resulting value was: "
                + (other is null ? "MISSING" : Failure.Show(other)) + $". Type of resulting value: '{Failure.TypeName(other)}'"),
        });
    }

    // What a search said of a document stays with it, whatever its shape.
    private static Stage Each(Func<BsonDocument, BsonDocument> shape) => documents => documents.Select(document =>
    {
        var shaped = shape(document);
        return document.Find(Documents.TextScore) is { } score ? new BsonDocument(shaped) { { Documents.TextScore, score } } : shaped;
    });
}
