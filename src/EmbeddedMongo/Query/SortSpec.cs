using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>A sort, parsed once. An array counts as its least element ascending and its greatest descending; missing as null.</summary>
internal sealed class SortSpec
{
    private const int MostKeys = 32;

    private const int MaxKeys = 32;
    private readonly FieldPath[] _paths;
    private readonly bool[] _descending;
    private readonly Collation _collation;

    private SortSpec(FieldPath[] paths, bool[] descending, Collation collation) =>
        (_paths, _descending, _collation) = (paths, descending, collation);

    /// <summary>Parses a sort document: paths with 1 or -1, or <c>{$meta: "textScore"}</c>, which sorts downwards.</summary>
    /// <exception cref="MongoError">The sort is malformed.</exception>
    public static SortSpec Parse(BsonDocument sort, Collation? collation = null)
    {
        if (sort.ElementCount > MaxKeys)
        {
            throw Failure.Located(13103, "too many compound keys");
        }

        if (sort.ElementCount > MostKeys)
        {
            throw Failure.Located(13103, "too many compound keys");
        }

        var paths = new FieldPath[sort.ElementCount];
        var descending = new bool[paths.Length];

        for (var i = 0; i < paths.Length; i++)
        {
            var (name, value) = sort.GetElement(i);

            if (value is BsonDocument meta && IsMeta(meta))
            {
                (descending[i], paths[i]) = (true, new(Documents.TextScore));
                continue;
            }

            if (!value.IsNumeric)
            {
                throw Failure.Located(15974, $"Illegal key in $sort specification: {name}: {Failure.Show(value)}");
            }

            if (!Number.TryTruncate(value, out var direction) || direction is not (1 or -1))
            {
                throw Failure.Located(15975, "$sort key ordering must be 1 (for ascending) or -1 (for descending)");
            }

            (descending[i], paths[i]) = (direction < 0, new(Documents.CheckPath(name)));
        }

        return new(paths, descending, collation ?? Collation.Simple);
    }

    /// <summary>Which of two documents comes first: negative, zero or positive.</summary>
    public int Compare(BsonDocument a, BsonDocument b) => CompareKeys(Key(a), Key(b));

    /// <summary>Sorts documents, stably; with a limit only as many as that are held and returned.</summary>
    public IEnumerable<BsonDocument> Order(IEnumerable<BsonDocument> documents, long limit = long.MaxValue)
    {
        var order = Comparer<(BsonValue[] Key, long Number)>.Create((a, b) =>
            CompareKeys(a.Key, b.Key) is var byKey and not 0 ? byKey : a.Number.CompareTo(b.Number));

        // The queue gives up the last of those kept first.
        var kept = new PriorityQueue<BsonDocument, (BsonValue[], long)>(Comparer<(BsonValue[], long)>.Create((a, b) => order.Compare(b, a)));
        var number = 0L;
        var memory = new MemoryLimit("Sort");

        foreach (var document in documents)
        {
            memory.Add(MemoryLimit.WeightOf(document));
            kept.Enqueue(document, (Key(document), number++));

            if (kept.Count > limit)
            {
                memory.Add(-MemoryLimit.WeightOf(kept.Dequeue()));
            }
        }

        var sorted = new BsonDocument[kept.Count];

        for (var i = sorted.Length - 1; i >= 0; i--)
        {
            sorted[i] = kept.Dequeue();
        }

        return sorted;
    }

    /// <summary>The values a document is sorted by; computing them once per document is what makes a sort cheap.</summary>
    public BsonValue[] Key(BsonDocument document)
    {
        var plain = new BsonValue[_paths.Length];

        for (var i = 0; i < plain.Length; i++)
        {
            if (!KeyGenerator.TryPlain(document, _paths[i], out plain[i]))
            {
                return FirstKey(document);
            }
        }

        return plain;
    }

    public int CompareKeys(BsonValue[] a, BsonValue[] b)
    {
        for (var i = 0; i < a.Length; i++)
        {
            var order = _collation.Compare(a[i], b[i]);

            if (order != 0)
            {
                return _descending[i] ? -order : order;
            }
        }

        return 0;
    }

    private BsonValue[] FirstKey(BsonDocument document)
    {
        var keys = KeyGenerator.Generate(document, _paths) ?? throw Failure.BadValue("cannot sort with keys that are parallel arrays");
        var first = keys[0];

        foreach (var key in keys)
        {
            first = CompareKeys(key, first) < 0 ? key : first;
        }

        return first;
    }

    private static bool IsMeta(BsonDocument value)
    {
        if (value.ElementCount == 0 || value.GetElement(0).Name != "$meta")
        {
            throw Failure.Located(17312, "$meta is the only expression supported by $sort right now");
        }

        if (value.ElementCount > 1)
        {
            throw Failure.FailedToParse("Cannot have additional keys in a $meta sort specification");
        }

        return value[0] is BsonString { Value: "textScore" or "randVal" or "geoNearDistance" or "searchScore" }
            ? Documents.IsTextScore(value)
            : throw Failure.Located(31138, $"Illegal $meta sort: {Failure.Show(value)}");
    }
}
