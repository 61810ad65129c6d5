using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>Carries a modifier to its place in a document, making the way where there is none.</summary>
internal static class PathWriter
{
    private const int MaxPadding = 1_500_000;

    /// <summary>One step down: a field of a document or a position of an array; null where there is nothing.</summary>
    public static BsonValue? Step(BsonValue? value, string part) => value switch
    {
        BsonDocument document => document.Find(part),
        BsonArray array => FieldPath.ParseIndex(part) is var index and >= 0 && index < array.Count ? array[index] : null,
        _ => null,
    };

    /// <summary>Tells whether the document counts as modified even if it is what it was.</summary>
    public static bool Apply(BsonDocument document, string[] parts, Modifier modifier, bool isInsert)
    {
        BsonValue container = document;

        for (var i = 0; i < parts.Length; i++)
        {
            var isLast = i == parts.Length - 1;
            var next = Step(container, parts[i]);

            if (next is null && !CanCreate(container, parts[i]))
            {
                if (modifier.AllowsDeadEnds)
                {
                    return false;
                }

                throw Failure.PathNotViable($"Cannot create field '{parts[i]}' in element {{{Name(parts, i)}: {Failure.Show(container)}}}");
            }

            if (isLast)
            {
                return Write(container, parts[i], next, modifier, new(document, string.Join('.', parts), isInsert));
            }

            if (next is not null)
            {
                container = next;
            }
            else if (!modifier.Creates)
            {
                return false;
            }
            else
            {
                var made = new BsonDocument();
                Put(container, parts[i], made);
                container = made;
            }
        }

        return false;
    }

    /// <summary>Whether the value is one that can have a part of this name.</summary>
    public static bool CanCreate(BsonValue container, string part) =>
        container is BsonDocument || (container is BsonArray && FieldPath.ParseIndex(part) >= 0);

    private static string Name(string[] parts, int i) => i == 0 ? "" : parts[i - 1];

    private static bool Write(BsonValue container, string part, BsonValue? old, Modifier modifier, UpdateTarget target)
    {
        if (modifier is UnsetModifier)
        {
            return Remove(container, part);
        }

        if ((old is not null || modifier.Creates) && modifier.Apply(old, target) is { } value)
        {
            Put(container, part, value);
            return modifier.AlwaysCounts;
        }

        return false;
    }

    private static bool Remove(BsonValue container, string part)
    {
        if (container is BsonDocument document)
        {
            document.Remove(part);
            return false;
        }

        if (Step(container, part) is null)
        {
            return false;
        }

        // The others keep their positions.
        container.AsBsonArray[FieldPath.ParseIndex(part)] = BsonNull.Value;
        return true;
    }

    private static void Put(BsonValue container, string part, BsonValue value)
    {
        if (container is BsonDocument document)
        {
            document[part] = value;
            return;
        }

        var array = container.AsBsonArray;
        var index = FieldPath.ParseIndex(part);

        if (index - array.Count > MaxPadding)
        {
            throw new MongoError(34, "CannotBackfillArray", $"can't backfill more than {MaxPadding} elements");
        }

        while (array.Count <= index)
        {
            array.Add(BsonNull.Value);
        }

        array[index] = value;
    }
}
