using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>Which filters MongoDB accepts as a partialFilterExpression.</summary>
internal static class PartialExpressions
{
    private const int MaxDepth = 4;
    private static readonly HashSet<string> Comparisons = ["$eq", "$gt", "$gte", "$lt", "$lte", "$in", "$type"];

    public static void Check(BsonDocument filter)
    {
        if (filter.Contains("$expr") || filter.Contains("$where") || filter.Contains("$text") || filter.Contains("$jsonSchema"))
        {
            throw new MongoError(224, "QueryFeatureNotAllowed", $"{filter.Names.First(n => n.StartsWith('$'))} is not allowed in this context");
        }

        // What is no filter at all is refused as a filter is.
        Matcher.Compile(filter, QueryContext.Plain);
        CheckDocument(filter, depth: 1);
    }

    // As in MongoDB's own tree, one condition stands for itself and several are one "and" with as many branches.
    private static void CheckDocument(BsonDocument filter, int depth)
    {
        var conditions = filter.Sum(Count);
        if (filter.ElementCount == 0)
        {
            return;
        }

        foreach (var clause in filter)
        {
            CheckClause(clause, conditions > 1 ? depth + 1 : depth);
        }
    }

    private static void CheckClause(BsonElement clause, int depth)
    {
        if (depth > MaxDepth)
        {
            throw IndexRequest.CannotCreate($"partialFilterExpression depth may not exceed {MaxDepth}");
        }

        if (clause.Name is "$and" or "$or")
        {
            foreach (var part in clause.Value.AsBsonArray)
            {
                CheckDocument(part.AsBsonDocument, depth + 1);
            }
        }
        else if (clause.Name.StartsWith('$') || clause.Value is BsonRegularExpression || !OperatorsAreAllowed(clause.Value))
        {
            throw IndexRequest.CannotCreate($"unsupported expression in partial index: {Failure.Show(new BsonDocument(clause))}");
        }
    }

    private static int Count(BsonElement clause) => IsOperators(clause.Value, out var operators) && !clause.Name.StartsWith('$') ? operators.ElementCount : 1;

    private static bool OperatorsAreAllowed(BsonValue value) => !IsOperators(value, out var operators)
        || operators.All(o => Comparisons.Contains(o.Name) || (o.Name == "$exists" && o.Value.ToBoolean()));

    private static bool IsOperators(BsonValue value, out BsonDocument operators)
    {
        operators = value as BsonDocument ?? [];
        return OperatorParser.IsOperators(operators);
    }
}
