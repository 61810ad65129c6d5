using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary><c>"array.$": 1</c>: of the first array on the path only the element that the filter found.</summary>
internal sealed class PositionalProjection
{
    private const string Mark = ".$";

    private readonly string[] _parts;
    private readonly Matcher _filter;

    /// <param name="path">The field as the projection names it.</param>
    /// <param name="value">What the projection says of it.</param>
    /// <param name="filter">The query's filter.</param>
    /// <param name="context">Its collation and variables.</param>
    public PositionalProjection(string path, BsonValue value, BsonDocument filter, QueryContext context)
    {
        if (!value.IsNumeric && !value.IsBoolean)
        {
            throw value is BsonDocument
                ? Failure.Located(31271, "positional projection cannot be used with an expression or sub object")
                : Failure.Located(31308, "positional projection cannot be used with a literal");
        }

        if (value is BsonBoolean { Value: false } || (value.IsNumeric && Number.Compare(value, (BsonInt32)0) == 0))
        {
            throw Failure.Located(31395, "positional projection cannot be used with exclusion");
        }

        CheckFilter(filter);
        Path = path[..^Mark.Length];
        _parts = path == Mark ? throw Failure.Located(5392900, "Projection on field .$ is invalid") : Path.Split('.');
        _filter = Matcher.Compile(filter, context);
    }

    /// <summary>The field without the operator.</summary>
    public string Path { get; }

    public static bool Is(string path) => path.Contains(".$.", StringComparison.Ordinal)
        ? throw Failure.Located(31394, "As of 4.4, it's illegal to specify positional operator in the middle of a path. "
            + "Positional projection may only be used at the end, for example: a.b.$.")
        : path.EndsWith(Mark, StringComparison.Ordinal);

    // Without an array on the path there is nothing to cut.
    public BsonDocument Apply(BsonDocument original, BsonDocument projected) =>
        _filter.Matches(original, out var position) ? Cut(projected, 0, position) : projected;

    private static void CheckFilter(BsonDocument filter)
    {
        foreach (var (name, value) in filter)
        {
            if (name is "$text" or "$where")
            {
                throw Failure.BadValue($"{name} is not allowed in this context");
            }

            if (name == "$expr")
            {
                throw new MongoError(224, "QueryFeatureNotAllowed", "$expr is not allowed in this context");
            }

            if (name.StartsWith('$') && value is BsonArray several)
            {
                several.OfType<BsonDocument>().ToList().ForEach(CheckFilter);
            }
        }
    }

    private BsonDocument Cut(BsonDocument document, int part, int? position)
    {
        if (part == _parts.Length || !document.TryGetValue(_parts[part], out var value) || value is not (BsonDocument or BsonArray))
        {
            return document;
        }

        return new(document.Elements) { [_parts[part]] = value is BsonDocument inner ? Cut(inner, part + 1, position) : Only((BsonArray)value, position) };
    }

    private static BsonArray Only(BsonArray array, int? position) =>
        position is not { } at ? throw Failure.Located(51246, "positional operator '.$' couldn't find a matching element in the array")
        : at < array.Count ? [array[at]]
        : throw Failure.Located(51247, "positional operator '.$' element mismatch");
}
