using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>Reads <c>$push</c>, with or without its clauses.</summary>
internal static class PushParser
{
    public static PushModifier Parse(BsonValue argument, Collation collation)
    {
        if (argument is not BsonDocument clauses || !clauses.Contains("$each"))
        {
            return new([argument], null, null, null);
        }

        foreach (var element in clauses)
        {
            if (element.Name is not ("$each" or "$slice" or "$sort" or "$position"))
            {
                throw Failure.BadValue($"Unrecognized clause in $push: {element.Name}");
            }
        }

        var items = clauses["$each"] as BsonArray ?? throw Failure.BadValue(
            $"The argument to $each in $push must be an array but it was of type: {Failure.TypeName(clauses["$each"])}");

        return new(items, ParseInteger(clauses, "$position"), ParseSort(clauses.Find("$sort"), collation), ParseInteger(clauses, "$slice"));
    }

    private static long? ParseInteger(BsonDocument clauses, string name)
    {
        if (clauses.Find(name) is not { } value)
        {
            return null;
        }

        return value.IsNumeric && Number.TryToLong(value, out var number)
            ? number
            : throw Failure.BadValue($"The value for {name} must be an integer value but was given type: {Failure.TypeName(value)}");
    }

    private static Comparer<BsonValue>? ParseSort(BsonValue? sort, Collation collation)
    {
        if (sort is null)
        {
            return null;
        }

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

    private static int Compare(BsonValue a, BsonValue b, (FieldPath Path, int Sign)[] keys, Collation collation)
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

    // Unlike a query's sort, this one compares arrays as they are.
    private static BsonValue ValueAt(BsonValue item, FieldPath path)
    {
        if (item is not BsonDocument document)
        {
            return BsonNull.Value;
        }

        KeyGenerator.TryPlain(document, path, out var value);
        return value;
    }

    private static FieldPath CheckPath(string path) => path.Length == 0 || path.Split('.').Contains("")
        ? throw Failure.BadValue("The $sort field is a dotted field but has an empty part: " + path)
        : new(path);

    private static int Direction(BsonValue value) =>
        value.IsNumeric && Number.TryToLong(value, out var direction) && direction is 1 or -1 ? (int)direction : throw Invalid();

    private static MongoError Invalid() => Failure.BadValue(
        "The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields");
}
