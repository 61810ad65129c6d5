using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>Finds the equalities in a query, from which an upsert makes its document.</summary>
internal static class UpsertSeeds
{
    public static BsonDocument Of(BsonDocument query)
    {
        var seed = new BsonDocument();
        var paths = new PathSet();

        foreach (var (path, value) in Equalities(query))
        {
            var parts = new UpdatePath(path).Parts;

            try
            {
                paths.Add(parts);
            }
            catch (MongoError)
            {
                throw new MongoError(54, "NotSingleValueField", $"cannot infer query fields to set, path '{path}' is matched twice");
            }

            PathWriter.Apply(seed, [.. parts], new SetModifier(value), isInsert: true);
        }

        return seed;
    }

    private static IEnumerable<(string Path, BsonValue Value)> Equalities(BsonDocument query)
    {
        foreach (var (name, value) in query)
        {
            if (name == "$and" || (name == "$or" && value is BsonArray { Count: 1 }))
            {
                foreach (var equality in value.AsBsonArray.OfType<BsonDocument>().SelectMany(Equalities))
                {
                    yield return equality;
                }
            }
            else if (!name.StartsWith('$') && value is not BsonRegularExpression)
            {
                foreach (var equal in Equals(value))
                {
                    yield return (name, equal);
                }
            }
        }
    }

    private static IEnumerable<BsonValue> Equals(BsonValue value)
    {
        if (value is not BsonDocument operators || !OperatorParser.IsOperators(operators))
        {
            return [value];
        }

        return operators
            .Select(e => (e.Name, e.Value) switch
            {
                ("$eq", var equal) => equal,
                ("$in" or "$all", BsonArray { Count: 1 } one) when one[0] is not BsonRegularExpression
                    && !(one[0] is BsonDocument inner && OperatorParser.IsOperators(inner)) => one[0],
                _ => null,
            })
            .OfType<BsonValue>();
    }
}
