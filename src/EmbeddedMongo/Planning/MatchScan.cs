using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>The documents of a collection that match, each once, in the plan's order.</summary>
internal sealed class MatchScan : IDisposable
{
    private readonly CollectionInfo _collection;
    private readonly CompiledFilter _filter;
    private readonly List<RowScan>? _parts;
    private readonly HashSet<long>? _seen;
    private readonly List<(long Rid, double Score)> _hits = [];
    private readonly FieldSet? _matched;
    private readonly bool[] _waits;
    private int _part;
    private int _hit = -1;
    private long _keysCounted;
    private bool _mayBeStale;
    private byte[]? _bytes;
    private BsonDocument? _document;

    private MatchScan(Session session, CollectionInfo collection, CompiledFilter filter, BsonDocument? sort, bool limited)
    {
        _collection = collection;
        _filter = filter;
        _matched = filter.Matcher is null ? null : FilterFields.Of(filter.Rest);
        if (filter.Text is null)
        {
            Plan = Planner.Plan(session, collection, filter.Planned, sort, limited, Collation, filter.Hint);
            _parts = [.. Plan.Parts.Select(p => new RowScan(p))];
            _waits = new bool[_parts.Count];
            _seen = Plan.MayRepeat ? [] : null;
            IsSorted = Plan.IsSorted;
            return;
        }

        if (filter.Hint is not null || sort?.Contains("$natural") == true)
        {
            throw IndexHint.Failed(collection, "text and hint or $natural are not allowed in the same query");
        }

        _waits = [];
        Search = new TextSearch(collection, filter.Text, filter.Rest, filter.Context.Collation);
        _hits = Search.Hits(session);
        IsSorted = sort is { ElementCount: 1 } && Documents.IsTextScore(sort[0]);
    }

    /// <summary>Null where text is searched for.</summary>
    public QueryPlan? Plan { get; }

    public TextSearch? Search { get; }

    /// <summary>The order asked for is the order read.</summary>
    public bool IsSorted { get; }

    /// <summary>How many entries of indexes were read.</summary>
    public long KeysExamined => Search?.KeysRead ?? _parts!.Sum(p => p.IsNatural ? 0 : p.Count) + _keysCounted;

    /// <summary>How many documents were looked at.</summary>
    public long DocumentsExamined { get; private set; }

    /// <summary>How many of them matched.</summary>
    public long Matched { get; private set; }

    /// <summary>How many rows each part of the plan read.</summary>
    public IEnumerable<long> RowsRead => _parts!.Select(p => p.Count);

    /// <summary>No index narrows what is read.</summary>
    public bool ReadsAll => Plan is { Parts: [{ IsNatural: true }] };

    public long Rid { get; private set; }

    public Collation Collation => _filter.Context.Collation;

    /// <summary>Null where no text was searched for.</summary>
    public double? TextScore => _filter.Text is null ? null : _hits[_hit].Score;

    public ReadOnlySpan<byte> Bytes => _parts is null ? _bytes : _parts[_part].Document;

    public BsonDocument Document => _document ??= BsonBytes.Decode(Bytes);

    public BsonDocument ScoredDocument => MatchedDocument.WithScore(Document, TextScore);

    /// <summary>Null where the collection does not exist.</summary>
    public static MatchScan? Open(Session session, string database, string name, CompiledFilter filter, BsonDocument? sort, bool limited) =>
        session.Catalog.Find(database, name) is { } collection ? new MatchScan(session, collection, filter, sort, limited) : null;

    public bool Next(Session session)
    {
        while (_parts is null ? NextHit(session) : NextRow(session))
        {
            _document = null;
            DocumentsExamined++;
            if (Matches() && IsHit())
            {
                Matched++;
                return true;
            }
        }

        return false;
    }

    /// <summary>The current document, of which only some fields are needed.</summary>
    public BsonDocument Part(FieldSet fields) => MatchedDocument.WithScore(BsonBytes.Decode(Bytes, fields), TextScore);

    /// <summary>How many documents match, counted no further than a limit; by keys alone where they say it all.</summary>
    public long Count(Session session, long limit)
    {
        if (Plan is { IsExact: true })
        {
            return _keysCounted = Planner.CountUpTo(session, Plan, limit);
        }

        var count = 0L;
        while (count < limit && Next(session))
        {
            count++;
        }

        return count;
    }

    public void Detach()
    {
        for (var i = 0; i < _waits.Length; i++)
        {
            _parts![i].Detach(again: _waits[i]);
            _waits[i] = false;
        }

        _mayBeStale = true;
    }

    public void Attach(Session session)
    {
        // Ids are never used again: a collection of the same name that was made since is another one.
        var now = session.Catalog.Collections.GetValueOrDefault(_collection.Namespace);
        if (now?.Id != _collection.Id)
        {
            throw new MongoError(175, "QueryPlanKilled", $"collection dropped between two batches: {_collection.Namespace}");
        }

        var used = _parts is null ? [Search!.Index] : Plan!.Parts.Select(p => p.Index).OfType<IndexInfo>();
        if (used.FirstOrDefault(i => now.Indexes.All(n => n.Id != i.Id)) is { } gone)
        {
            throw new MongoError(175, "QueryPlanKilled", $"query plan killed :: index '{gone.Spec.Name}' dropped");
        }
    }

    public void Dispose() => _parts?.ForEach(p => p.Dispose());

    // Most of what is read does not match, or is sent on as it is: it need not be decoded as a whole.
    private bool Matches() =>
        _filter.Matcher is not { } matcher || matcher.Matches(_matched is null ? Document : BsonBytes.Decode(Bytes, _matched));

    private bool IsHit() => Search is null || (!_mayBeStale && !Search.LooksAtTexts) || Search.Accepts(Document, _mayBeStale);

    private bool NextRow(Session session)
    {
        if (Plan!.MergedBy is not null)
        {
            return NextMerged(session);
        }

        for (; _part < _parts!.Count; _part++)
        {
            while (_parts[_part].Next(session))
            {
                Rid = _parts[_part].Rid;
                if (_seen?.Add(Rid) != false)
                {
                    return true;
                }
            }
        }

        return false;
    }

    // Of the rows that wait, one of each part that is not at its end, the first is next.
    private bool NextMerged(Session session)
    {
        for (var i = 0; i < _waits.Length; i++)
        {
            _waits[i] = _waits[i] || _parts![i].Next(session);
        }

        var first = -1;
        for (var i = 0; i < _waits.Length; i++)
        {
            first = _waits[i] && (first < 0 || _parts![i].CompareRows(_parts[first]) < 0) ? i : first;
        }

        if (first < 0)
        {
            return false;
        }

        _part = first;
        _waits[first] = false;
        Rid = _parts![first].Rid;
        return true;
    }

    private bool NextHit(Session session)
    {
        while (++_hit < _hits.Count)
        {
            Rid = _hits[_hit].Rid;
            using var row = session.Db.Use(_collection.ByRidSql).Bind(1, Rid);
            if (row.Step())
            {
                _bytes = row.Blob(0).ToArray();
                return true;
            }
        }

        return false;
    }
}
