using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Arrays as sets, and documents as lists of their fields.</summary>
internal static class SetOperators
{
    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Of("$anyElementTrue", a => (BsonBoolean)Items("$anyElementTrue", a, 17041).Any(Expression.IsTrue)),
        Operators.Of("$allElementsTrue", a => (BsonBoolean)Items("$allElementsTrue", a, 17040).All(Expression.IsTrue)),
        Operators.Of("$setUnion", 0, int.MaxValue, (values, collation) => Combine("$setUnion", values, 17043, collation, (a, b) => a.Union(b, collation.Equality))),
        Operators.Of("$setIntersection", 0, int.MaxValue, (values, collation) => Combine("$setIntersection", values, 17047, collation, (a, b) => a.Intersect(b, collation.Equality))),
        Operators.Of("$setDifference", 2, 2, (values, collation) => Combine("$setDifference", values, 17048, collation, (a, b) => a.Except(b, collation.Equality))),
        Operators.Of("$setIsSubset", 2, 2, (values, collation) =>
            (BsonBoolean)!Items("$setIsSubset", values[0], 17046).Except(Items("$setIsSubset", values[1], 17042), collation.Equality).Any()),
        Operators.Of("$setEquals", 2, int.MaxValue, (values, collation) => (BsonBoolean)values.Skip(1).All(other =>
            Items("$setEquals", values[0], 17044).ToHashSet(collation.Equality).SetEquals(Items("$setEquals", other, 17044)))),
        Operators.Of("$mergeObjects", 0, int.MaxValue, Merge),
        Operators.Of("$objectToArray", ToArray),
        Operators.Of("$arrayToObject", ToObject),
    ];

    private static BsonArray Items(string name, BsonValue? value, int code) => value as BsonArray
        ?? throw Failure.Located(code, $"All operands of {name} must be arrays. One argument is of type: {Failure.TypeName(value)}");

    private static BsonValue Combine(
        string name, BsonValue?[] values, int code, Collation collation, Func<IEnumerable<BsonValue>, IEnumerable<BsonValue>, IEnumerable<BsonValue>> combine)
    {
        if (Array.Exists(values, Expression.IsNullish))
        {
            return BsonNull.Value;
        }

        var sets = values.Select(value => (IEnumerable<BsonValue>)Items(name, value, code)).ToList();
        return new BsonArray(sets.Count == 0 ? [] : sets.Skip(1).Aggregate(sets[0], combine).Distinct(collation.Equality));
    }

    private static BsonValue Merge(BsonValue?[] values)
    {
        var merged = new MergeAccumulator();

        foreach (var value in values is [BsonArray array] ? array : (IEnumerable<BsonValue?>)values)
        {
            merged.Add(value);
        }

        return merged.Result;
    }

    private static BsonValue ToArray(BsonValue? value) => Expression.IsNullish(value) ? BsonNull.Value : value is BsonDocument document
        ? new BsonArray(Documents.WithoutScore(document).Select(e => new BsonDocument { { "k", e.Name }, { "v", e.Value } }))
        : throw Failure.Located(40390, $"$objectToArray requires a document input, found: {Failure.TypeName(value)}");

    private static BsonValue ToObject(BsonValue? value)
    {
        if (Expression.IsNullish(value))
        {
            return BsonNull.Value;
        }

        var result = new BsonDocument();

        foreach (var item in Items("$arrayToObject", value, 40386))
        {
            var (key, inner) = item switch
            {
                BsonArray { Count: 2 } pair => (pair[0], pair[1]),
                BsonDocument { ElementCount: 2 } pair when pair.Contains("k") && pair.Contains("v") => (pair["k"], pair["v"]),
                _ => throw Failure.Located(40392, "$arrayToObject requires an object keys of 'k' and 'v', or an array of two"),
            };

            result[key is BsonString name ? name.Value : throw Failure.Located(40395, "$arrayToObject requires keys to be strings")] = inner;
        }

        return result;
    }
}
