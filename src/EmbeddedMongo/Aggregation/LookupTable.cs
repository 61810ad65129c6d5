using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>The documents of a collection by every value that an equality on one of its paths can match.</summary>
internal sealed class LookupTable
{
    private readonly List<BsonDocument> _documents = [];
    private readonly Dictionary<BsonValue, List<int>> _byValue;

    private LookupTable(Collation collation) => _byValue = new(collation.Equality);

    /// <summary>Null if the collection is too large for this.</summary>
    public static LookupTable? Read(string collection, string path, QueryContext context)
    {
        var table = new LookupTable(context.Collation);
        var isNull = Matcher.Compile(new BsonDocument(path, new BsonDocument("$eq", BsonNull.Value)), context);
        var weight = 0L;

        foreach (var document in context.Lookups!.Read(context.Lookups.Open(collection, [], context)))
        {
            weight += MemoryLimit.WeightOf(document);

            if (weight > MemoryLimit.Most)
            {
                return null;
            }

            foreach (var value in FieldPaths.Values(document, path))
            {
                table.Add(value);
            }

            if (isNull.Matches(document))
            {
                table.Add(BsonNull.Value);
            }

            table._documents.Add(document);
        }

        return table;
    }

    public IEnumerable<BsonDocument> Find(List<BsonValue> values) => values.Count == 1
        ? Positions(values[0]).Select(i => _documents[i])
        : values.SelectMany(Positions).Distinct().Order().Select(i => _documents[i]);

    private List<int> Positions(BsonValue value) => _byValue.GetValueOrDefault(value) ?? [];

    private void Add(BsonValue value)
    {
        if (!_byValue.TryGetValue(value, out var positions))
        {
            _byValue[value] = positions = [];
        }

        if (positions.Count == 0 || positions[^1] != _documents.Count)
        {
            positions.Add(_documents.Count);
        }
    }
}
