using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>The conditions that <c>$[id]</c> refers to.</summary>
internal sealed class ArrayFilters
{
    private readonly Dictionary<string, Matcher> _filters = [];

    public static ArrayFilters Parse(BsonArray? filters, QueryContext context)
    {
        var parsed = new ArrayFilters();

        foreach (var item in filters ?? [])
        {
            var filter = item as BsonDocument
                ?? throw Failure.TypeMismatch($"BSON field 'update.updates.arrayFilters' is the wrong type '{Failure.TypeName(item)}', expected type 'object'");
            var identifier = IdentifierOf(filter);

            if (!parsed._filters.TryAdd(identifier, Matcher.Compile(filter, context)))
            {
                throw Failure.FailedToParse($"Found multiple array filters with the same top-level field name {identifier}");
            }
        }

        return parsed;
    }

    /// <summary>Every filter must be used, and every one used must be there.</summary>
    public void Check(IEnumerable<UpdatePath> paths)
    {
        var unused = _filters.Keys.ToHashSet();

        foreach (var path in paths)
        {
            foreach (var identifier in path.Identifiers)
            {
                unused.Remove(identifier);

                if (!_filters.ContainsKey(identifier))
                {
                    throw Failure.BadValue($"No array filter found for identifier '{identifier}' in path '{path.Text}'");
                }
            }
        }

        if (unused.Count > 0)
        {
            throw Failure.FailedToParse($"The array filter for identifier '{unused.First()}' was not used in the update");
        }
    }

    public bool Matches(string identifier, BsonValue item) => _filters[identifier].Matches(new BsonDocument(identifier, item));

    private static string IdentifierOf(BsonDocument filter)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        Collect(filter, names);

        if (names.Count != 1)
        {
            throw Failure.FailedToParse(names.Count == 0
                ? "Cannot use an expression without a top-level field name in arrayFilters"
                : $"Error parsing array filter :: caused by :: Expected a single top-level field name, found '{names.First()}' and '{names.Last()}'");
        }

        var name = names.First();

        return name.Length > 0 && char.IsAsciiLetterLower(name[0]) && name.All(char.IsAsciiLetterOrDigit) ? name : throw Failure.BadValue(
            $"Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '{name}'");
    }

    private static void Collect(BsonDocument filter, SortedSet<string> names)
    {
        foreach (var (name, value) in filter)
        {
            if (!name.StartsWith('$'))
            {
                names.Add(name.Split('.')[0]);
            }
            else if (value is BsonArray alternatives)
            {
                foreach (var inner in alternatives.OfType<BsonDocument>())
                {
                    Collect(inner, names);
                }
            }
        }
    }
}
