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
        Operators.Of("$setDifference", 2, 2, (values, collation) => Array.Exists(values, Expression.IsNullish) ? BsonNull.Value
            : new BsonArray(Items("$setDifference", values[0], 17048).Except(Items("$setDifference", values[1], 17049), collation.Equality))),
        Operators.Of("$setIsSubset", 2, 2, (values, collation) =>
            (BsonBoolean)!Items("$setIsSubset", values[0], 17046).Except(Items("$setIsSubset", values[1], 17042), collation.Equality).Any()),
        Operators.Of("$setEquals", 2, int.MaxValue, 17045, (values, collation) => (BsonBoolean)values.Skip(1).All(other =>
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
        return new BsonArray(sets.Count == 0 ? [] : sets.Skip(1).Aggregate(sets[0], combine).Distinct(collation.Equality).Order(collation.Comparer));
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

        var items = Items("$arrayToObject", value, 40386);
        var ofPairs = items.Count > 0 && items[0] is BsonArray;

        foreach (var item in items)
        {
            var (key, inner) = ofPairs ? Pair(item) : Field(item, ReferenceEquals(item, items[0]));
            result[key.Contains('\0', StringComparison.Ordinal) ? throw Failure.Located(ofPairs ? 4940400 : 4940401, "Key field cannot contain an embedded null byte") : key] = inner;
        }

        return result;
    }

    private static (string Key, BsonValue Value) Pair(BsonValue item) => item switch
    {
        BsonArray { Count: 2 } pair => ((pair[0] as BsonString ?? throw Failure.Located(40395, "$arrayToObject requires keys to be strings")).Value, pair[1]),
        BsonArray => throw Failure.Located(40397, "$arrayToObject requires an array of size 2 arrays"),
        _ => throw Failure.Located(40396, "$arrayToObject requires a consistent input format: arrays or objects"),
    };

    private static (string Key, BsonValue Value) Field(BsonValue item, bool isFirst)
    {
        var field = item as BsonDocument ?? throw Failure.Located(isFirst ? 40398 : 40391, "$arrayToObject requires a consistent input format: arrays or objects");

        if (field.ElementCount != 2)
        {
            throw Failure.Located(40392, $"$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys: {field.ElementCount}");
        }

        return field.Find("k") is { } key && field.Find("v") is { } value
            ? ((key as BsonString ?? throw Failure.Located(40394, "$arrayToObject requires the value of 'k' to be a string")).Value, value)
            : throw Failure.Located(40393, "$arrayToObject requires an object with keys 'k' and 'v'");
    }
}
