using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary><c>"array.$": 1</c>: of the first array on the path only the element that the filter found.</summary>
internal sealed class PositionalProjection
{
    private readonly string[] _parts;
    private readonly Matcher _filter;

    private PositionalProjection(string path, BsonDocument filter, QueryContext context)
    {
        _parts = path.Split('.');
        _filter = Matcher.Compile(new BsonDocument(filter.Where(e => e.Name != "$text")), context);
    }

    /// <summary>Takes the positional operator out of a projection, leaving the plain inclusion of the field.</summary>
    public static PositionalProjection? Find(ref BsonDocument projection, BsonDocument? filter, QueryContext context)
    {
        PositionalProjection? found = null;
        var plain = new BsonDocument(allowDuplicateNames: true);

        foreach (var (name, value) in projection)
        {
            var at = name.EndsWith(".$", StringComparison.Ordinal) ? name.IndexOf(".$", StringComparison.Ordinal)
                : name.IndexOf(".$.", StringComparison.Ordinal);

            if (at < 0 || value is BsonBoolean { Value: false } || (value.IsNumeric && Number.Compare(value, (BsonInt32)0) == 0))
            {
                plain.Add(name, value);
                continue;
            }

            Check(name, at, value, found, filter);
            found = new(name[..at], filter!, context);
            plain.Add(name[..at], value);
        }

        projection = found is null ? projection : plain;
        return found;
    }

    public BsonDocument Apply(BsonDocument original, BsonDocument projected)
    {
        if (!_filter.Matches(original, out var position) || position is not { } at)
        {
            throw Failure.Located(51246, "positional operator '.$' couldn't find a matching element in the array");
        }

        return (BsonDocument)Cut(projected, 0, at);
    }

    private static void Check(string name, int at, BsonValue value, PositionalProjection? other, BsonDocument? filter)
    {
        if (value is BsonDocument)
        {
            throw Failure.Located(31271, "positional projection cannot be used with an expression or sub object");
        }

        if (!value.IsNumeric && !value.IsBoolean)
        {
            throw Failure.Located(31308, "positional projection cannot be used with a literal");
        }

        if (other is not null)
        {
            throw Failure.Located(31276, "Cannot specify more than one positional projection per query.");
        }

        if (name.IndexOf(".$", at + 2, StringComparison.Ordinal) >= 0)
        {
            throw Failure.Located(31287, $"Cannot use positional operator twice: {name}");
        }

        if (filter is null || !Mentions(filter, name.Split('.')[0]))
        {
            throw Failure.Located(31277, $"Positional projection '{name}' does not match the query document.");
        }
    }

    private static bool Mentions(BsonDocument filter, string field) => filter.Any(e =>
        e.Name.Split('.')[0] == field
        || (e.Name.StartsWith('$') && e.Value is BsonArray several && several.OfType<BsonDocument>().Any(inner => Mentions(inner, field))));

    private BsonValue Cut(BsonValue value, int part, int at)
    {
        if (value is BsonArray array)
        {
            return at < array.Count ? new BsonArray { array[at] } : throw Failure.Located(51247, "positional operator '.$' element mismatch");
        }

        if (part == _parts.Length || value is not BsonDocument document || !document.TryGetValue(_parts[part], out var inner))
        {
            return value;
        }

        return new BsonDocument(document.Elements) { [_parts[part]] = Cut(inner, part + 1, at) };
    }
}
