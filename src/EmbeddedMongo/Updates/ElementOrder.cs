using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>The order of an array's elements, by themselves or by their fields. Unlike a query's sort it compares arrays as they are.</summary>
internal static class ElementOrder
{
    public static Comparer<BsonValue> Parse(BsonValue sort, Collation collation)
    {
        if (sort.IsNumeric)
        {
            var sign = Direction(sort);
            return Comparer<BsonValue>.Create((a, b) => sign * Math.Sign(collation.Compare(a, b)));
        }

        var fields = sort as BsonDocument ?? throw Invalid();

        if (fields.ElementCount == 0)
        {
            throw Failure.BadValue("The $sort pattern is empty when it should be a set of fields.");
        }

        var keys = fields.Select(e => (Path: CheckPath(e.Name), Sign: Direction(e.Value))).ToArray();
        return Comparer<BsonValue>.Create((a, b) => Compare(a, b, keys, collation));
    }

    private static int Compare(BsonValue a, BsonValue b, (string[] Path, int Sign)[] keys, Collation collation)
    {
        foreach (var (path, sign) in keys)
        {
            var order = collation.Compare(ValueAt(a, path), ValueAt(b, path));

            if (order != 0)
            {
                return sign * Math.Sign(order);
            }
        }

        return 0;
    }

    private static BsonValue ValueAt(BsonValue item, string[] path)
    {
        if (item is not BsonDocument)
        {
            return BsonNull.Value;
        }

        foreach (var part in path)
        {
            var inner = item switch
            {
                BsonDocument document => document.Find(part),
                BsonArray array => FieldPath.ParseIndex(part) is >= 0 and var index && index < array.Count ? array[index] : null,
                _ => null,
            };

            if (inner is null)
            {
                return BsonNull.Value;
            }

            item = inner;
        }

        return item;
    }

    private static string[] CheckPath(string path) => path.Split('.') is var parts && parts.Contains("")
        ? throw Failure.BadValue("The $sort field is a dotted field but has an empty part: " + path)
        : parts;

    private static int Direction(BsonValue value) =>
        value.IsNumeric && Number.TryToLong(value, out var direction) && direction is 1 or -1 ? (int)direction : throw Invalid();

    private static MongoError Invalid() => Failure.BadValue(
        "The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields");
}
