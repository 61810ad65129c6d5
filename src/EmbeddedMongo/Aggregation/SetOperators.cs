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
        Operators.Of("$setUnion", 0, int.MaxValue, Union),
        Operators.Of("$setIntersection", 0, int.MaxValue, Intersection),
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

    private static BsonValue Union(BsonValue?[] values, Collation collation)
    {
        var all = new HashSet<BsonValue>(collation.Equality);

        foreach (var value in values)
        {
            if (Expression.IsNullish(value))
            {
                return BsonNull.Value;
            }

            all.UnionWith(Items("$setUnion", value, 17043));
        }

        return new BsonArray(all.Order(collation.Comparer));
    }

    private static BsonValue Intersection(BsonValue?[] values, Collation collation)
    {
        HashSet<BsonValue>? common = null;

        foreach (var value in values)
        {
            if (common is { Count: 0 } && value is not BsonArray)
            {
                throw Failure.NotSupported("$setIntersection of nothing and what is no array, which versions look at or not,");
            }

            if (Expression.IsNullish(value))
            {
                return BsonNull.Value;
            }

            // Of values that are equal and yet differ, as 1 and 1.0, those of the smaller set remain.
            var next = Items("$setIntersection", value, 17047).ToHashSet(collation.Equality);
            var (smaller, larger) = common is not null && common.Count <= next.Count ? (common, next) : (next, common ?? next);
            smaller.RemoveWhere(item => !larger.Contains(item));
            common = smaller;
        }

        return new BsonArray((common ?? []).Order(collation.Comparer));
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
