using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>
/// The keys under which a document stands in an index or a sort: one value per path, and one key per element where paths lead through
/// an array. Missing is null; an empty array at a path's end is undefined, which sorts before null.
/// </summary>
internal static class KeyGenerator
{
    /// <summary>All keys; null if two paths lead through different arrays, which has no keys.</summary>
    public static List<BsonValue[]>? Generate(BsonDocument document, IReadOnlyList<FieldPath> paths)
    {
        var cursors = new Cursor[paths.Count];
        Array.Fill(cursors, new Cursor(document, 0));
        var keys = new List<BsonValue[]>(1);
        return Expand(cursors, paths, keys) ? keys : null;
    }

    /// <summary>The value at the path if no array is met on the way or at its end.</summary>
    public static bool TryPlain(BsonDocument document, FieldPath path, out BsonValue value)
    {
        var end = Walk(new(document, 0), path);
        value = end.Value;
        return end.Value is not BsonArray;
    }

    private static bool Expand(Cursor[] cursors, IReadOnlyList<FieldPath> paths, List<BsonValue[]> keys)
    {
        BsonArray? array = null;

        for (var i = 0; i < cursors.Length; i++)
        {
            cursors[i] = Walk(cursors[i], paths[i]);

            if (cursors[i] is { IsDone: false, Value: BsonArray met })
            {
                if (array is not null && !ReferenceEquals(array, met))
                {
                    return false;
                }

                array = met;
            }
        }

        if (array is null)
        {
            keys.Add(Array.ConvertAll(cursors, c => c.Value));
            return true;
        }

        if (array.Count == 0)
        {
            keys.Add(new BsonValue[cursors.Length]);

            for (var i = 0; i < cursors.Length; i++)
            {
                keys[^1][i] = cursors[i].IsDone ? cursors[i].Value
                    : cursors[i].Part == paths[i].Parts.Count ? BsonUndefined.Value : BsonNull.Value;
            }

            return true;
        }

        foreach (var item in array)
        {
            var each = new Cursor[cursors.Length];

            for (var i = 0; i < each.Length; i++)
            {
                each[i] = cursors[i].IsDone ? cursors[i] : Enter(cursors[i], item, paths[i]);
            }

            if (!Expand(each, paths, keys))
            {
                return false;
            }
        }

        return true;
    }

    private static Cursor Enter(Cursor cursor, BsonValue item, FieldPath path) =>
        cursor.Part == path.Parts.Count ? Cursor.Done(item) : item is BsonDocument ? new(item, cursor.Part) : Cursor.Done(BsonNull.Value);

    /// <summary>Follows the path to its end, or to an array that must be expanded.</summary>
    private static Cursor Walk(Cursor cursor, FieldPath path)
    {
        var (value, part) = (cursor.Value, cursor.Part);

        while (!cursor.IsDone)
        {
            if (value is BsonArray array)
            {
                var index = part < path.Parts.Count ? FieldPath.ParseIndex(path.Parts[part]) : -1;

                if (index < 0)
                {
                    return new(value, part);
                }

                if (index >= array.Count)
                {
                    return Cursor.Done(BsonNull.Value);
                }

                value = array[index];
                part++;
                continue;
            }

            if (part == path.Parts.Count)
            {
                return Cursor.Done(value);
            }

            if (value is not BsonDocument document || !document.TryGetValue(path.Parts[part], out var next))
            {
                return Cursor.Done(BsonNull.Value);
            }

            value = next;
            part++;
        }

        return cursor;
    }

    /// <summary>How far a path has been followed: the value reached and the part that comes next.</summary>
    private readonly record struct Cursor(BsonValue Value, int Part, bool IsDone = false)
    {
        public static Cursor Done(BsonValue value) => new(value, 0, true);
    }
}
