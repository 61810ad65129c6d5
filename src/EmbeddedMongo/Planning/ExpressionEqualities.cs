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
        var implied = new BsonArray();
        Collect(filter, context, implied);
        return implied.Count == 0 ? filter : new("$and", new BsonArray(implied.Prepend(filter)));
    }

    private static void Collect(BsonDocument filter, QueryContext context, BsonArray implied)
    {
        foreach (var clause in filter)
        {
            if (clause.Name == "$expr")
            {
                CollectExpression(clause.Value, context, implied);
            }
            else if (clause.Name == "$and" && clause.Value is BsonArray parts)
            {
                foreach (var part in parts.OfType<BsonDocument>())
                {
                    Collect(part, context, implied);
                }
            }
        }
    }

    private static void CollectExpression(BsonValue expression, QueryContext context, BsonArray implied)
    {
        if (expression is not BsonDocument { ElementCount: 1 } call || call[0] is not BsonArray arguments)
        {
            return;
        }

        if (call.Contains("$and"))
        {
            foreach (var part in arguments)
            {
                CollectExpression(part, context, implied);
            }
        }
        else if (call.Contains("$eq") && arguments.Count == 2)
        {
            var (a, b) = (ExpressionParser.Parse(arguments[0], context), ExpressionParser.Parse(arguments[1], context));
            var (path, literal) = a is Literal ? (b as PathExpression, a as Literal) : (a as PathExpression, b as Literal);

            if (path?.OfDocument is { } field && literal?.Value is { } value)
            {
                implied.Add(new BsonDocument(field, new BsonDocument("$eq", value)));
            }
        }
    }
}
