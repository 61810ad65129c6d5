using System.Collections.Immutable;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>What one index could do for a query: equalities on its leading fields, then one range, then perhaps the order.</summary>
internal sealed class IndexCandidate
{
    private const int MaxRanges = 200;
    private static readonly ImmutableArray<IndexField> IdFields = [new IndexField("_id", false)];
    private readonly ImmutableArray<IndexField> _fields;
    private readonly bool _multikey;
    private readonly bool _unique;
    private readonly bool _leavesOut;
    private int _equalities;
    private bool _hasRange;
    private bool _singlePrefix = true;
    private readonly List<List<Interval>> _bounds = [];

    private IndexCandidate(ImmutableArray<IndexField> fields, IndexInfo? index, IndexScanSql scan)
    {
        _fields = fields;
        _multikey = index?.Multikey ?? false;
        _unique = index?.Spec.Unique ?? true;
        _leavesOut = index is { Spec: { Sparse: true } or { PartialExpression: not null } };
        Index = index;
        Scan = scan;
    }

    public IndexInfo? Index { get; }

    public IndexScanSql Scan { get; }

    public List<Interval> Ranges { get; } = [];

    public bool HasBounds => _equalities > 0 || _hasRange;

    public bool IsSorted { get; private set; }

    public bool Backward { get; private set; }

    public bool IsUseful => HasBounds || IsSorted || _leavesOut;

    public int Score => (_unique && _equalities == _fields.Length ? 1000 : 0)
        + (_equalities * 10) + (_hasRange ? 4 : 0) + (IsSorted ? 3 : 0) + (_leavesOut ? 2 : 0);

    public static IndexCandidate ForId(CollectionInfo collection, FilterBounds bounds, BsonDocument? sort) =>
        new IndexCandidate(IdFields, null, collection.IdScan).Weigh(bounds, sort);

    public static IndexCandidate For(IndexInfo index, FilterBounds bounds, BsonDocument? sort) =>
        new IndexCandidate(index.Spec.Fields, index, index.Scan).Weigh(bounds, sort);

    public bool IsExact { get; private set; }

    public RowPlan ToRows() => new(Scan, Ranges) { Index = Index, Backward = Backward, Bounds = _bounds };

    public QueryPlan ToPlan() => new([ToRows()]) { IsSorted = IsSorted, IsExact = IsExact };

    private IndexCandidate Weigh(FilterBounds bounds, BsonDocument? sort)
    {
        var prefixes = new List<byte[]> { Array.Empty<byte>() };
        List<Interval>? range = null;
        var roots = new HashSet<string>();
        foreach (var field in _fields)
        {
            // Of an array of documents, two conditions may be met by two elements, but a key holds the fields of one.
            if (HasPosition(field.Path) || (!roots.Add(field.Path.Split('.')[0]) && _multikey)
                || bounds.Of(field.Path, !_multikey) is not { } values)
            {
                break;
            }

            if (values.TrueForAll(v => v.IsPoint) && prefixes.Count * values.Count <= MaxRanges)
            {
                var keys = values.ConvertAll(v => field.Descending ? KeyBytes.Inverted(v.From) : v.From);
                _bounds.Add(values);
                prefixes = [.. prefixes.SelectMany(p => keys.Select(k => KeyBytes.Join(p, k)))];
                _singlePrefix &= values.Count == 1;
                _equalities++;
                continue;
            }

            _bounds.Add(values);
            range = field.Descending ? values.ConvertAll(v => v.Inverted()) : values;
            _hasRange = true;
            break;
        }

        foreach (var prefix in prefixes)
        {
            Ranges.AddRange(range?.Select(r => r.After(prefix)) ?? [new Interval(prefix, KeyBytes.Successor(prefix))]);
        }

        Ranges.Sort((a, b) => KeyBytes.Compare(a.From, b.From));
        IsExact = bounds.IsExact && bounds.Paths.All(p => _fields.Take(_bounds.Count).Any(f => f.Path == p))
            && (!_multikey || IsOneElement(bounds));
        FollowSort(sort);
        return this;
    }

    // A document has each key once, however often its array repeats the value.
    private bool IsOneElement(FilterBounds bounds) => _fields.Length == 1 && !_fields[0].Path.Contains('.', StringComparison.Ordinal)
        && bounds.Demands(_fields[0].Path) is [[{ IsPoint: true }]];

    // The order of a multikey index is that of its keys, which is not that of the documents.
    private void FollowSort(BsonDocument? sort)
    {
        if (sort is null || sort.ElementCount == 0 || _multikey || !_singlePrefix)
        {
            return;
        }

        var at = _equalities;
        bool? backward = null;
        foreach (var wanted in sort)
        {
            if (!wanted.Value.IsNumeric || HasPosition(wanted.Name))
            {
                return;
            }

            if (_fields[.._equalities].Any(f => f.Path == wanted.Name))
            {
                continue;
            }

            if (at == _fields.Length || _fields[at].Path != wanted.Name)
            {
                return;
            }

            var reversed = (wanted.Value.ToDouble() < 0) != _fields[at++].Descending;
            if ((backward ?? reversed) != reversed)
            {
                return;
            }

            backward = reversed;
        }

        IsSorted = true;
        Backward = backward ?? false;
    }

    // "a.0" means a position or a field's name, depending on the document.
    private static bool HasPosition(string path) => path.Split('.').Any(part => part.Length > 0 && part.All(char.IsAsciiDigit));
}
