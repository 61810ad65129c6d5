using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>A filter with everything it implies spelled out, as explain shows it.</summary>
internal static class ParsedQuery
{
    public static BsonDocument Of(BsonDocument filter)
    {
        var clauses = filter.SelectMany(Clauses).ToList();
        return clauses.Count switch
        {
            0 => [],
            1 => clauses[0],
            _ => new BsonDocument("$and", new BsonArray(clauses)),
        };
    }

    private static IEnumerable<BsonDocument> Clauses(BsonElement clause) => clause.Name switch
    {
        "$comment" => [],
        "$and" => clause.Value.AsBsonArray.SelectMany(part => part.AsBsonDocument.SelectMany(Clauses)),
        "$or" or "$nor" => [new BsonDocument(clause.Name, new BsonArray(clause.Value.AsBsonArray.Select(part => Of(part.AsBsonDocument))))],
        _ when clause.Name.StartsWith('$') => [new BsonDocument(clause)],
        _ when clause.Value is BsonDocument operators && OperatorParser.IsOperators(operators) =>
            operators.Where(o => o.Name is not ("$options" or "$comment")).Select(o => new BsonDocument(clause.Name, Condition(o, operators))),
        _ => [new BsonDocument(clause.Name, new BsonDocument(clause.Value is BsonRegularExpression ? "$regex" : "$eq", clause.Value))],
    };

    private static BsonDocument Condition(BsonElement condition, BsonDocument operators) => condition.Name switch
    {
        "$ne" => Not("$eq", condition.Value),
        "$nin" => Not("$in", condition.Value),
        "$exists" when !condition.Value.ToBoolean() => Not("$exists", true),
        "$regex" when operators.TryGetValue("$options", out var options) => new BsonDocument { { "$regex", condition.Value }, { "$options", options } },
        _ => new BsonDocument(condition),
    };

    private static BsonDocument Not(string name, BsonValue value) => new("$not", new BsonDocument(name, value));
}
