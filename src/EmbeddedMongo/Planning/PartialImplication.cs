using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>Whether a filter can only match documents that an index which leaves some out does contain.</summary>
internal static class PartialImplication
{
    public static bool IsCovered(IndexSpec index, FilterBounds filter)
    {
        if (index.Sparse && !index.Fields.Any(f => filter.DemandsPresence(f.Path)))
        {
            return false;
        }

        return IsImplied(index, filter);
    }

    /// <summary>The same for what the index's own filter leaves out.</summary>
    public static bool IsImplied(IndexSpec index, FilterBounds filter) => index.PartialExpression is not { } expression || Implies(filter, expression);

    private static bool Implies(FilterBounds filter, BsonDocument expression) => expression.All(clause => clause.Name switch
    {
        "$and" => clause.Value.AsBsonArray.All(part => Implies(filter, part.AsBsonDocument)),
        "$or" => clause.Value.AsBsonArray.Any(part => Implies(filter, part.AsBsonDocument)),
        _ when clause.Value is BsonDocument { ElementCount: > 0 } document && document.GetElement(0).Name.StartsWith('$') =>
            document.All(condition => Implies(filter, clause.Name, condition.Name, condition.Value)),
        _ => Implies(filter, clause.Name, "$eq", clause.Value),
    });

    private static bool Implies(FilterBounds filter, string path, string name, BsonValue operand)
    {
        if (filter.Has(path, name, operand))
        {
            return true;
        }

        if (name == "$exists")
        {
            return filter.DemandsPresence(path);
        }

        // Only where the bounds are no wider than the condition: types, say, can share an interval.
        return OperandBounds.AreExact(name, operand)
            && filter.IntervalsOf(name, operand) is { } needed
            && filter.Demands(path).Any(demand => Intervals.Contain(needed, demand));
    }
}
