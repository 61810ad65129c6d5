using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>What of a document has to be decoded to put a filter to it.</summary>
internal static class FilterFields
{
    /// <summary>Null where it may be all of it.</summary>
    public static FieldSet? Of(BsonDocument filter)
    {
        var paths = new List<string>();
        return Collect(filter, paths) ? new FieldSet(paths) : null;
    }

    private static bool Collect(BsonDocument filter, List<string> paths)
    {
        foreach (var (name, value) in filter)
        {
            if (name is "$and" or "$or" or "$nor")
            {
                if (!value.AsBsonArray.All(part => Collect(part.AsBsonDocument, paths)))
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
                paths.Add(name);
            }
        }

        return true;
    }
}
