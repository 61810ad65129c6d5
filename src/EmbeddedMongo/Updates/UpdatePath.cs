using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>A path to update, which may name array positions that only the document tells: <c>$</c>, <c>$[]</c>, <c>$[id]</c>.</summary>
internal sealed class UpdatePath
{
    private readonly string[] _parts;
    private readonly int _positional;

    public UpdatePath(string text)
    {
        Text = text;
        _parts = text.Split('.');
        _positional = Array.IndexOf(_parts, "$");

        if (text.Length == 0)
        {
            throw Failure.EmptyFieldName("An empty update path is not valid.");
        }

        if (Array.IndexOf(_parts, "") >= 0)
        {
            throw Failure.EmptyFieldName($"The update path '{text}' contains an empty field name, which is not allowed.");
        }

        if (_positional == 0 || IsWildcard(_parts[0]))
        {
            throw Failure.BadValue($"Cannot have {(_positional == 0 ? "positional (i.e. '$')" : "array filter identifier (i.e. '$[<id>]')")} "
                + $"element in the first position in path '{text}'");
        }

        if (_positional >= 0 && Array.IndexOf(_parts, "$", _positional + 1) >= 0)
        {
            throw Failure.BadValue($"Too many positional (i.e. '$') elements found in path '{text}'");
        }
    }

    public string Text { get; }

    public string[] Parts => _parts;

    public bool IsPositional => _positional >= 0;

    public bool IsDynamic => IsPositional || Array.Exists(_parts, IsWildcard);

    /// <summary>The identifiers of the array filters that the path uses.</summary>
    public IEnumerable<string> Identifiers => _parts.Where(IsWildcard).Select(part => part[2..^1]).Where(id => id.Length > 0);

    /// <summary>Field names alphabetically and array positions by number: the order in which an update works, and new fields appear.</summary>
    public static int Compare(string[] one, string[] other)
    {
        for (var i = 0; i < Math.Min(one.Length, other.Length); i++)
        {
            var (a, b) = (FieldPath.ParseIndex(one[i]), FieldPath.ParseIndex(other[i]));
            var order = a >= 0 && b >= 0 ? a.CompareTo(b) : BsonOrder.CompareStrings(one[i], other[i]);

            if (order != 0)
            {
                return order;
            }
        }

        return one.Length.CompareTo(other.Length);
    }

    /// <summary>The paths this one stands for in a document.</summary>
    public IEnumerable<string[]> Resolve(BsonDocument document, int? position, ArrayFilters filters)
    {
        if (!IsDynamic)
        {
            return [_parts];
        }

        var parts = (string[])_parts.Clone();

        if (_positional >= 0)
        {
            parts[_positional] = position is { } found
                ? $"{found}"
                : throw Failure.BadValue("The positional operator did not find the match needed from the query.");
        }

        return Resolve(document, parts, 0, filters);
    }

    /// <summary>Whether the part is <c>$[]</c> or <c>$[id]</c>.</summary>
    public static bool IsWildcard(string part) => part.StartsWith("$[", StringComparison.Ordinal) && part.EndsWith(']');

    private static IEnumerable<string[]> Resolve(BsonValue? value, string[] parts, int from, ArrayFilters filters)
    {
        var next = Array.FindIndex(parts, from, IsWildcard);

        if (next < 0)
        {
            return [parts];
        }

        for (var i = from; i < next; i++)
        {
            value = PathWriter.Step(value, parts[i]);
        }

        var path = string.Join('.', parts[..next]);

        var array = value switch
        {
            BsonArray found => found,
            null => throw Failure.BadValue($"The path '{path}' must exist in the document in order to apply array updates."),
            _ => throw Failure.BadValue($"Cannot apply array updates to non-array element {path}: {Failure.Show(value)}"),
        };

        return Each(array, parts, next, filters);
    }

    private static IEnumerable<string[]> Each(BsonArray array, string[] parts, int wildcard, ArrayFilters filters)
    {
        var identifier = parts[wildcard][2..^1];

        for (var i = 0; i < array.Count; i++)
        {
            if (identifier.Length > 0 && !filters.Matches(identifier, array[i]))
            {
                continue;
            }

            var concrete = (string[])parts.Clone();
            concrete[wildcard] = $"{i}";

            foreach (var path in Resolve(array[i], concrete, wildcard + 1, filters))
            {
                yield return path;
            }
        }
    }
}
