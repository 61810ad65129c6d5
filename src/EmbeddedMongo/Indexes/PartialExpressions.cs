using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>Which filters MongoDB accepts as a partialFilterExpression.</summary>
internal static class PartialExpressions
{
    private static readonly HashSet<string> Comparisons = ["$eq", "$gt", "$gte", "$lt", "$lte", "$in", "$type"];

    public static void Check(BsonDocument filter)
    {
        foreach (var clause in filter)
        {
            if (clause.Name is "$and" or "$or" && clause.Value is BsonArray parts)
            {
                foreach (var part in parts)
                {
                    Check(part as BsonDocument ?? throw MongoError.BadValue($"{clause.Name} entries need to be full objects"));
                }
            }
            else if (clause.Name.StartsWith('$') || clause.Value is BsonRegularExpression || !OperatorsAreAllowed(clause.Value))
            {
                throw IndexRequest.CannotCreate($"Expression not supported in partial index: {new BsonDocument(clause).ToJson()}");
            }
        }
    }

    private static bool OperatorsAreAllowed(BsonValue value) =>
        value is not BsonDocument document
        || document.ElementCount == 0
        || !document.GetElement(0).Name.StartsWith('$')
        || document.All(o => Comparisons.Contains(o.Name) || (o.Name == "$exists" && o.Value.ToBoolean()));
}
