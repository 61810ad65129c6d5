using System.Collections.Immutable;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>What one index could do for a query: equalities on its leading fields, then one range, then perhaps the order.</summary>
internal sealed class IndexCandidate
{
    private const int MaxRanges = 200;
    private const int MaxMerged = 20;
    private static readonly ImmutableArray<IndexField> IdFields = [new IndexField("_id", false)];
    private readonly ImmutableArray<IndexField> _fields;
    private readonly bool _multikey;
    private readonly bool _unique;
    private readonly bool _leavesOut;
    private int _equalities;
    private bool _hasRange;
    private List<(byte[] Key, Interval[] Points)> _prefixes = [([], [])];
    private BsonDocument? _mergedBy;
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

    public QueryPlan ToPlan() => new(_mergedBy is null ? [ToRows()] : _prefixes.ConvertAll(ToRows)) { IsSorted = IsSorted, IsExact = IsExact, MergedBy = _mergedBy };

    // Only what begins with one of the prefixes.
    private RowPlan ToRows((byte[] Key, Interval[] Points) prefix) => ToRows() with
    {
        Ranges = Ranges.FindAll(r => r.From.AsSpan().StartsWith(prefix.Key)),
        Bounds = [.. prefix.Points.Select(p => new List<Interval> { p }), .. _bounds.Skip(_equalities)],
        PrefixLength = prefix.Key.Length,
    };

    private IndexCandidate Weigh(FilterBounds bounds, BsonDocument? sort)
    {
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

            if (values.TrueForAll(v => v.IsPoint) && _prefixes.Count * values.Count <= MaxRanges)
            {
                _bounds.Add(values);
                _prefixes = [.. _prefixes.SelectMany(p => values.Select(v =>
                    (KeyBytes.Join(p.Key, field.Descending ? KeyBytes.Inverted(v.From) : v.From), (Interval[])[.. p.Points, v])))];
                _equalities++;
                continue;
            }

            _bounds.Add(values);
            range = field.Descending ? values.ConvertAll(v => v.Inverted()) : values;
            _hasRange = true;
            break;
        }

        foreach (var (prefix, _) in _prefixes)
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
        if (sort is null || sort.ElementCount == 0 || _multikey || _prefixes.Count == 0)
        {
            return;
        }

        if (Follows(sort, from: 0))
        {
            IsSorted = true;
        }
        else if (_prefixes.Count is > 1 and <= MaxMerged && Follows(sort, _equalities))
        {
            // What begins with one of the prefixes is in order; all of it together is when it is merged.
            IsSorted = true;
            _mergedBy = sort;
        }
    }

    private bool Follows(BsonDocument sort, int from)
    {
        var at = from;
        bool? backward = null;
        foreach (var wanted in sort)
        {
            if (!wanted.Value.IsNumeric || HasPosition(wanted.Name))
            {
                return false;
            }

            // What all that is read has in common is in every order.
            if (_fields.Take(_equalities).Where((f, i) => f.Path == wanted.Name && IsConstant(i)).Any())
            {
                continue;
            }

            while (at < _equalities && IsConstant(at))
            {
                at++;
            }

            if (at == _fields.Length || _fields[at].Path != wanted.Name)
            {
                return false;
            }

            var reversed = (wanted.Value.ToDouble() < 0) != _fields[at++].Descending;
            if ((backward ?? reversed) != reversed)
            {
                return false;
            }

            backward = reversed;
        }

        Backward = backward ?? false;
        return true;
    }

    private bool IsConstant(int field) => _bounds[field].Count == 1;

    // "a.0" means a position or a field's name, depending on the document.
    private static bool HasPosition(string path) => path.Split('.').Any(part => part.Length > 0 && part.All(char.IsAsciiDigit));
}
