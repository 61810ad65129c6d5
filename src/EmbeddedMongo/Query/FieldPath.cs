using System.Globalization;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>A dotted path, split once.</summary>
internal sealed class FieldPath
{
    private readonly string[] _parts;
    private readonly int[] _indexes;

    public FieldPath(string path)
    {
        Text = path;
        _parts = path.Split('.');
        _indexes = new int[_parts.Length];

        for (var i = 0; i < _parts.Length; i++)
        {
            _indexes[i] = ParseIndex(_parts[i]);
        }
    }

    public string Text { get; }

    public IReadOnlyList<string> Parts => _parts;

    /// <summary>An array position, or -1: "01" and "+1" are field names.</summary>
    public static int ParseIndex(string part) =>
        part.Length > 0 && char.IsAsciiDigit(part[0]) && (part.Length == 1 || part[0] != '0')
        && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1;

    /// <summary>
    /// Whether any value that the path reaches passes the test. Arrays on the way are entered, both by position and through all
    /// documents in them; an array at the end is tested element by element and then as a whole.
    /// </summary>
    public bool Any(BsonDocument document, ElementTest test, out int offset) => Any(document, 0, test, out offset);

    private bool Any(BsonDocument document, int part, ElementTest test, out int offset)
    {
        offset = -1;

        while (document.TryGetValue(_parts[part], out var value))
        {
            part++;

            if (value is BsonArray array)
            {
                return AnyInArray(array, part, test, out offset);
            }

            if (part == _parts.Length)
            {
                return test.Matches(value, out offset);
            }

            if (value is not BsonDocument inner)
            {
                break;
            }

            document = inner;
        }

        return test.Matches(null);
    }

    // The offset told is that of the outermost array entered without naming a position: what the positional operator stands for.
    private bool AnyInArray(BsonArray array, int part, ElementTest test, out int offset)
    {
        offset = -1;

        if (part == _parts.Length)
        {
            for (var i = 0; test.EntersArrays && i < array.Count; i++)
            {
                if (test.Matches(array[i]))
                {
                    offset = i;
                    return true;
                }
            }

            return test.Matches(array, out offset);
        }

        for (var i = 0; i < array.Count; i++)
        {
            if (array[i] is BsonDocument document && Any(document, part, test, out _))
            {
                offset = i;
                return true;
            }

            if (i == _indexes[part] && AnyAt(array[i], part + 1, test, out offset))
            {
                return true;
            }
        }

        return false;
    }

    private bool AnyAt(BsonValue item, int part, ElementTest test, out int offset)
    {
        offset = -1;

        return part == _parts.Length ? test.Matches(item, out offset) : item switch
        {
            BsonDocument document => Any(document, part, test, out offset),
            BsonArray array => AnyInArray(array, part, test, out offset),
            _ => false,
        };
    }
}
