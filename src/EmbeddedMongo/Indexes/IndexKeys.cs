using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>One entry that a document has in an index.</summary>
internal readonly record struct IndexKey(byte[] Bytes, BsonValue[] Values);

/// <summary>The entries a document has in an index: one, or one per array element, or none where the index leaves it out.</summary>
internal sealed class IndexKeys
{
    private readonly IndexSpec _spec;
    private readonly List<IndexKey> _keys = [];
    private readonly SortedSet<byte[]> _distinct = new(Comparer<byte[]>.Create(KeyBytes.Compare));
    private bool _anyPresent;

    private IndexKeys(IndexSpec spec) => _spec = spec;

    public IReadOnlyList<IndexKey> Keys => _keys;

    public bool IsMultikey { get; private set; }

    public static IndexKeys Of(IndexSpec spec, BsonDocument document)
    {
        var keys = new IndexKeys(spec);
        if (spec.PartialFilter?.Matches(document) == false)
        {
            return keys;
        }

        var fields = new Field[spec.Fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = new Field(spec.Fields[i].Path, null);
        }

        keys.Expand(document, fields);
        if (spec.Sparse && !keys._anyPresent)
        {
            keys._keys.Clear();
        }

        return keys;
    }

    // Walks all paths to a value or to the first array, which then gives one key per element.
    private void Expand(BsonValue root, Field[] fields)
    {
        var walked = new Field[fields.Length];
        string? arrayAt = null;
        BsonArray? array = null;
        for (var i = 0; i < fields.Length; i++)
        {
            walked[i] = fields[i];
            if (fields[i].Rest is not { } path)
            {
                continue;
            }

            var (value, consumed, rest) = Walk(root, path);
            if (value is not BsonArray found)
            {
                walked[i] = Found(value);
                continue;
            }

            if (array is not null && arrayAt != consumed)
            {
                throw new MongoError(171, "CannotIndexParallelArrays", $"cannot index parallel arrays [{consumed}] [{arrayAt}]");
            }

            (array, arrayAt) = (found, consumed);
            walked[i] = new Field(rest, null, InArray: true);
        }

        if (array is null)
        {
            Emit(walked);
            return;
        }

        IsMultikey = true;
        if (array.Count == 0)
        {
            // An array without elements is undefined where it ends a path, and lacks what the path would go on to.
            Emit([.. walked.Select(f => !f.InArray ? f : f.Rest!.Length == 0 ? Found(BsonUndefined.Value) : Found(null))]);
            return;
        }

        foreach (var item in array)
        {
            var next = new Field[walked.Length];
            for (var i = 0; i < walked.Length; i++)
            {
                next[i] = !walked[i].InArray ? walked[i]
                    : walked[i].Rest!.Length == 0 ? Found(item)
                    : item is BsonDocument ? new Field(walked[i].Rest, null)
                    : Found(null);
            }

            Expand(item, next);
        }
    }

    private Field Found(BsonValue? value)
    {
        _anyPresent |= value is not null;
        return new Field(null, value ?? BsonNull.Value);
    }

    private static (BsonValue? Value, string Consumed, string Remaining) Walk(BsonValue current, string path)
    {
        var from = 0;
        while (true)
        {
            var dot = path.IndexOf('.', from);
            var name = dot < 0 ? path[from..] : path[from..dot];
            if (current is BsonArray positional && int.TryParse(name, out var index))
            {
                if (index >= positional.Count)
                {
                    return (null, path, "");
                }

                current = positional[index];
            }
            else if (current is not BsonDocument document || !document.TryGetValue(name, out current!))
            {
                return (null, path, "");
            }

            if (dot < 0)
            {
                return (current, path, "");
            }

            from = dot + 1;
            if (current is BsonArray && !char.IsAsciiDigit(path[from]))
            {
                return (current, path[..dot], path[from..]);
            }
        }
    }

    private void Emit(Field[] fields)
    {
        var key = new KeyWriter(_spec.Collation);
        var values = new BsonValue[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            values[i] = fields[i].Value!;
            key.Add(values[i], _spec.Fields[i].Descending);
        }

        var bytes = key.ToArray();
        if (!IsMultikey || _distinct.Add(bytes))
        {
            _keys.Add(new IndexKey(bytes, values));
        }
    }

    /// <summary>A path still to walk, or the value it led to.</summary>
    private readonly record struct Field(string? Rest, BsonValue? Value, bool InArray = false);
}
