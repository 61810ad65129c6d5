using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>What an <c>$expr</c> demands in terms that indexes know: that a field equals a value. It is for planning only.</summary>
internal static class ExpressionEqualities
{
    /// <summary>The filter, with the equalities that its expressions imply.</summary>
    public static BsonDocument Add(BsonDocument filter, QueryContext context)
    {
        var implied = Of(filter, context).Select(e => new BsonDocument(e.Path, new BsonDocument("$eq", e.Value))).ToList();
        return implied.Count == 0 ? filter : new("$and", new BsonArray(implied.Prepend(filter)));
    }

    public static IEnumerable<(string Path, BsonValue Value)> Of(BsonDocument filter, QueryContext context) => filter.SelectMany(clause => clause switch
    {
        { Name: "$expr" } => OfExpression(clause.Value, context),
        { Name: "$and", Value: BsonArray parts } => parts.OfType<BsonDocument>().SelectMany(part => Of(part, context)),
        _ => [],
    });

    private static IEnumerable<(string Path, BsonValue Value)> OfExpression(BsonValue expression, QueryContext context)
    {
        if (expression is not BsonDocument { ElementCount: 1 } call || call[0] is not BsonArray arguments)
        {
            return [];
        }

        if (call.Contains("$and"))
        {
            return arguments.SelectMany(part => OfExpression(part, context));
        }

        if (!call.Contains("$eq") || arguments.Count != 2)
        {
            return [];
        }

        var (a, b) = (ExpressionParser.Parse(arguments[0], context), ExpressionParser.Parse(arguments[1], context));
        var (path, literal) = a is Literal ? (b as PathExpression, a as Literal) : (a as PathExpression, b as Literal);

        // The array that an expression sees may be gathered from several documents, of which none holds it.
        return path?.OfDocument is { } field && literal?.Value is { } value && !(value is BsonArray && field.Contains('.', StringComparison.Ordinal)) ? [(field, value)] : [];
    }
}
