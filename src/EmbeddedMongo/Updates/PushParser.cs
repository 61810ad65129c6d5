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

        return new(items, ParseInteger(clauses, "$position"), clauses.Find("$sort") is { } sort ? ElementOrder.Parse(sort, collation) : null, ParseInteger(clauses, "$slice"));
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
}
