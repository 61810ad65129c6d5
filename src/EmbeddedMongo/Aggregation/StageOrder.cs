using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;

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
        ("$sort", _) => FilterFields.Roots(filter) is not null,
        ("$addFields" or "$set", BsonDocument added) => FilterFields.Roots(filter) is { } roots && !added.Names.Any(name => roots.Contains(Root(name))),
        ("$unset", BsonString one) => FilterFields.Roots(filter) is { } roots && !roots.Contains(Root(one.Value)),
        ("$unset", BsonArray several) => FilterFields.Roots(filter) is { } roots && !several.OfType<BsonString>().Any(path => roots.Contains(Root(path.Value))),
        ("$project", BsonDocument projected) => FilterFields.Roots(filter) is { } roots && roots.All(root => IsKept(projected, root)),
        _ => false,
    };

    // Only what is plainly included keeps its value; of exclusions there are too many ways to write one.
    private static bool IsKept(BsonDocument projection, string root) => projection.TryGetValue(root, out var value)
        ? value is BsonBoolean { Value: true } || (value is BsonInt32 or BsonInt64 or BsonDouble && value.ToDouble() == 1)
        : root == "_id" && projection.Names.All(name => IsKept(projection, name));

    private static string Root(string path) => path.Split('.')[0];
}
