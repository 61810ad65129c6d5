using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Moves a <c>$match</c> before stages that it sees through, so that the collection is read by it.</summary>
internal static class StageOrder
{
    public static List<(string Name, BsonValue Argument)> Arrange(BsonArray stages)
    {
        var arranged = stages.Select(StageParser.Open).ToList();

        for (var i = 1; i < arranged.Count; i++)
        {
            for (var at = i; at > 0 && arranged[at] is ("$match", BsonDocument filter) && MayPass(filter, arranged[at - 1]); at--)
            {
                (arranged[at - 1], arranged[at]) = (arranged[at], arranged[at - 1]);
            }
        }

        return arranged;
    }

    private static bool MayPass(BsonDocument filter, (string Name, BsonValue Argument) stage) => stage switch
    {
        ("$sort", _) => Roots(filter) is not null,
        ("$addFields" or "$set", BsonDocument added) => Roots(filter) is { } roots && !added.Names.Any(name => roots.Contains(Root(name))),
        ("$unset", BsonString one) => Roots(filter) is { } roots && !roots.Contains(Root(one.Value)),
        ("$unset", BsonArray several) => Roots(filter) is { } roots && !several.OfType<BsonString>().Any(path => roots.Contains(Root(path.Value))),
        ("$project", BsonDocument projected) => Roots(filter) is { } roots && roots.All(root => IsKept(projected, root)),
        _ => false,
    };

    // Only what is plainly included keeps its value; of exclusions there are too many ways to write one.
    private static bool IsKept(BsonDocument projection, string root) => projection.TryGetValue(root, out var value)
        ? value is BsonBoolean { Value: true } || (value is BsonInt32 or BsonInt64 or BsonDouble && value.ToDouble() == 1)
        : root == "_id" && projection.Names.All(name => IsKept(projection, name));

    /// <summary>The top fields that a filter looks at, null if it looks at more than fields.</summary>
    private static HashSet<string>? Roots(BsonDocument filter)
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
                roots.Add(Root(name));
            }
        }

        return true;
    }

    private static string Root(string path) => path.Split('.')[0];
}
