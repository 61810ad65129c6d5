using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>What of a document a filter looks at.</summary>
internal static class FilterFields
{
    /// <summary>What has to be decoded to put the filter to a document, null where it may be all of it.</summary>
    public static FieldSet? Of(BsonDocument filter) => Roots(filter) is { } roots ? new FieldSet(roots) : null;

    /// <summary>The top-level fields, null if it looks at more than fields.</summary>
    public static HashSet<string>? Roots(BsonDocument filter)
    {
        var roots = new HashSet<string>();
        return AddRoots(filter, roots) ? roots : null;
    }

    private static bool AddRoots(BsonDocument filter, HashSet<string> roots)
    {
        foreach (var (name, value) in filter)
        {
            if (name is "$and" or "$or" or "$nor" && value is BsonArray parts)
            {
                if (!parts.All(part => part is BsonDocument inner && AddRoots(inner, roots)))
                {
                    return false;
                }
            }
            else if (name.StartsWith('$'))
            {
                return false;
            }
            else
            {
                roots.Add(name.Split('.')[0]);
            }
        }

        return true;
    }
}
