using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>
/// The equality of a <c>$lookup</c>: by an index of the other collection if there is one, otherwise the collection is read once into
/// a table of its values. A field that is missing, or an empty array, joins what is missing or null.
/// </summary>
internal sealed class LookupJoin(string from, string local, string foreign, QueryContext context)
{
    private readonly string[] _local = local.Split('.');
    private LookupTable? _table;
    private int _scans;

    public IEnumerable<BsonDocument> Find(BsonDocument document)
    {
        var values = new List<BsonValue>();
        Collect(document, 0, values);

        if (values.Exists(v => v.IsBsonUndefined))
        {
            throw Failure.NotSupported("$lookup by an undefined value");
        }

        if (values.Count == 0)
        {
            values.Add(BsonNull.Value);
        }

        if (_table is not null)
        {
            return _table.Find(values);
        }

        var scan = context.Lookups!.Open(from, FilterFor(values), context);

        // One document is no reason to keep another collection in memory, nor are many if it does not fit.
        if (scan is not { ReadsAll: true } || _scans++ != 1)
        {
            return context.Lookups.Read(scan);
        }

        scan.Dispose();
        _table = LookupTable.Read(from, foreign, context);
        return _table is null ? context.Lookups.Read(context.Lookups.Open(from, FilterFor(values), context)) : _table.Find(values);
    }

    // Inside $in a regular expression would be a pattern, and not the value it is here.
    private BsonDocument FilterFor(List<BsonValue> values) =>
        values.Count == 1 ? Equal(values[0])
        : values.Exists(v => v.IsBsonRegularExpression) ? new("$or", new BsonArray(values.Select(Equal)))
        : new(foreign, new BsonDocument("$in", new BsonArray(values)));

    private BsonDocument Equal(BsonValue value) => new(foreign, new BsonDocument("$eq", value));

    /// <summary>All values at the path; of an array at its end the elements. After a field that holds an array, a number is a position.</summary>
    private void Collect(BsonDocument document, int part, List<BsonValue> values)
    {
        var value = document.Find(_local[part++]);

        while (part < _local.Length && value is BsonArray array && FieldPath.ParseIndex(_local[part]) is >= 0 and var index)
        {
            value = index < array.Count ? array[index] : null;
            part++;
        }

        if (part == _local.Length)
        {
            values.AddRange(value as BsonArray ?? (value is null ? Enumerable.Empty<BsonValue>() : [value]));
        }
        else if (value is BsonDocument inner)
        {
            Collect(inner, part, values);
        }
        else if (value is BsonArray items)
        {
            foreach (var item in items.OfType<BsonDocument>())
            {
                Collect(item, part, values);
            }
        }
    }
}
