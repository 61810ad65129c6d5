using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>Finds the equalities in a query, from which an upsert makes its document.</summary>
internal static class UpsertSeeds
{
    public static BsonDocument Of(BsonDocument query, Collation collation)
    {
        var seed = new BsonDocument();
        var paths = new PathSet();

        foreach (var (path, value) in Equalities(query, collation).OrderBy(e => e.Path, Comparer<string>.Create(BsonOrder.CompareStrings)))
        {
            var parts = new UpdatePath(path).Parts;

            try
            {
                paths.Add(parts);
            }
            catch (MongoError)
            {
                throw MatchedTwice(path);
            }

            PathWriter.Apply(seed, parts, new SetModifier(value), isInsert: true);
        }

        return seed;
    }

    /// <summary>A replacement brings its own fields, so only the query's <c>_id</c> counts.</summary>
    public static BsonDocument IdOf(BsonDocument query, Collation collation)
    {
        var seed = new BsonDocument();

        foreach (var (path, value) in Equalities(query, collation).Where(e => e.Path == "_id" || e.Path.StartsWith("_id.", StringComparison.Ordinal)))
        {
            if (path != "_id")
            {
                throw new MongoError(111, "NotExactValueField", $"field at '_id' must be exactly specified, field at sub-path '{path}' found");
            }

            if (seed.ElementCount > 0)
            {
                throw MatchedTwice(path);
            }

            seed.Add("_id", value.DeepClone());
        }

        return seed;
    }

    /// <summary>It would not be clear what <c>$expr</c> says about the document to insert.</summary>
    public static void RefuseExpressions(BsonDocument query)
    {
        foreach (var (name, value) in query)
        {
            if (name == "$expr")
            {
                throw new MongoError(224, "QueryFeatureNotAllowed", "$expr is not allowed in the query predicate for an upsert");
            }

            if (name is "$and" or "$or" or "$nor" && value is BsonArray branches)
            {
                foreach (var branch in branches.OfType<BsonDocument>())
                {
                    RefuseExpressions(branch);
                }
            }
        }
    }

    private static MongoError MatchedTwice(string path) =>
        new(54, "NotSingleValueField", $"cannot infer query fields to set, path '{path}' is matched twice");

    private static IEnumerable<(string Path, BsonValue Value)> Equalities(BsonDocument query, Collation collation)
    {
        foreach (var (name, value) in query)
        {
            if (name == "$and" || (name == "$or" && value is BsonArray { Count: 1 }))
            {
                foreach (var equality in value.AsBsonArray.OfType<BsonDocument>().SelectMany(branch => Equalities(branch, collation)))
                {
                    yield return equality;
                }
            }
            else if (!name.StartsWith('$') && value is not BsonRegularExpression)
            {
                foreach (var equal in Equals(value, collation))
                {
                    yield return (name, equal);
                }
            }
        }
    }

    private static IEnumerable<BsonValue> Equals(BsonValue value, Collation collation)
    {
        if (value is not BsonDocument operators || !OperatorParser.IsOperators(operators))
        {
            return [value];
        }

        return operators.SelectMany(e => (e.Name, e.Value) switch
        {
            ("$eq", var equal) => [equal],
            ("$in", BsonArray { Count: > 0 } values) when values.Distinct(collation.Equality).Count() == 1 => values.Take(1).Where(IsPlain),
            ("$all", BsonArray values) => values.Where(IsPlain),
            _ => Enumerable.Empty<BsonValue>(),
        });
    }

    private static bool IsPlain(BsonValue value) =>
        value is not BsonRegularExpression && !(value is BsonDocument document && OperatorParser.IsOperators(document));
}
