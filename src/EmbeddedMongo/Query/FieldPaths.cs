using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>The values that dotted paths reach.</summary>
internal static class FieldPaths
{
    /// <summary>
    /// Every value that an equality on the path is compared with, in order: through arrays on the way, and for an array at the end its
    /// elements and then the array itself. A path that ends in nothing yields nothing.
    /// </summary>
    public static IEnumerable<BsonValue> Values(BsonDocument document, string path) => Collect(document, path, entersArrays: true);

    /// <summary>As <see cref="Values"/>, but an array at the end is yielded as the one value it is.</summary>
    public static IEnumerable<BsonValue> Leaves(BsonDocument document, string path) => Collect(document, path, entersArrays: false);

    /// <summary>The values that <c>distinct</c> counts: as <see cref="Leaves"/>, but of an array at the end only its elements.</summary>
    public static IEnumerable<BsonValue> Distinct(BsonDocument document, string path)
    {
        foreach (var leaf in Leaves(document, path))
        {
            if (leaf is not BsonArray array)
            {
                yield return leaf;
                continue;
            }

            foreach (var item in array)
            {
                yield return item;
            }
        }
    }

    private static List<BsonValue> Collect(BsonDocument document, string path, bool entersArrays)
    {
        var collector = new Collector(entersArrays);
        new FieldPath(path).Any(document, collector, out _);
        return collector.Found;
    }

    /// <summary>A test that nothing passes, so that it sees every value.</summary>
    private sealed class Collector(bool entersArrays) : ElementTest
    {
        public List<BsonValue> Found { get; } = [];

        public override bool EntersArrays => entersArrays;

        public override bool Matches(BsonValue? value)
        {
            if (value is not null)
            {
                Found.Add(value);
            }

            return false;
        }
    }
}
