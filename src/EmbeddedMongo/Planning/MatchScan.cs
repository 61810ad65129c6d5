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
    private readonly RowScan? _rows;
    private readonly IndexInfo? _index;
    private readonly HashSet<long>? _seen;
    private readonly TextSearch? _search;
    private readonly List<(long Rid, double Score)> _hits = [];
    private readonly FieldSet? _matched;
    private int _hit = -1;
    private bool _mayBeStale;
    private byte[]? _bytes;
    private BsonDocument? _document;

    private MatchScan(Session session, CollectionInfo collection, CompiledFilter filter, BsonDocument? sort, bool limited)
    {
        _collection = collection;
        _filter = filter;
        _matched = filter.Matcher is null ? null : FilterFields.Of(filter.Rest);
        if (filter.Text is { } text)
        {
            _search = new TextSearch(collection, text, filter.Rest);
            _hits = _search.Hits(session);
            _index = _search.Index;
            IsSorted = sort is { ElementCount: 1 } && Documents.IsTextScore(sort[0]);
            return;
        }

        var plan = Planner.Plan(session, collection, filter.Rest, sort, limited, Collation);
        _rows = new RowScan(plan);
        _index = plan.Index;
        _seen = plan.MayRepeat ? [] : null;
        IsSorted = plan.IsSorted;
    }

    /// <summary>The order asked for is the order read.</summary>
    public bool IsSorted { get; }

    public long Rid { get; private set; }

    public Collation Collation => _filter.Context.Collation;

    /// <summary>Null where no text was searched for.</summary>
    public double? TextScore => _filter.Text is null ? null : _hits[_hit].Score;

    public ReadOnlySpan<byte> Bytes => _rows is null ? _bytes : _rows.Document;

    public BsonDocument Document => _document ??= BsonBytes.Decode(Bytes);

    public BsonDocument ScoredDocument => MatchedDocument.WithScore(Document, TextScore);

    /// <summary>Null where the collection does not exist.</summary>
    public static MatchScan? Open(Session session, string database, string name, CompiledFilter filter, BsonDocument? sort, bool limited) =>
        session.Catalog.Find(database, name) is { } collection ? new MatchScan(session, collection, filter, sort, limited) : null;

    public bool Next(Session session)
    {
        while (_rows is null ? NextHit(session) : NextRow(session))
        {
            _document = null;
            if (Matches() && IsHit())
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The current document, of which only some fields are needed.</summary>
    public BsonDocument Part(FieldSet fields) => MatchedDocument.WithScore(BsonBytes.Decode(Bytes, fields), TextScore);

    public void Detach()
    {
        _rows?.Detach();
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

        if (_index is not null && now.Indexes.All(i => i.Id != _index.Id))
        {
            throw new MongoError(175, "QueryPlanKilled", $"query plan killed :: index '{_index.Spec.Name}' dropped");
        }
    }

    public void Dispose() => _rows?.Dispose();

    // Most of what is read does not match, or is sent on as it is: it need not be decoded as a whole.
    private bool Matches() =>
        _filter.Matcher is not { } matcher || matcher.Matches(_matched is null ? Document : BsonBytes.Decode(Bytes, _matched));

    private bool IsHit() => _search is null || (!_mayBeStale && !_search.LooksAtTexts) || _search.Accepts(Document, _mayBeStale);

    private bool NextRow(Session session)
    {
        while (_rows!.Next(session))
        {
            Rid = _rows.Rid;
            if (_seen?.Add(Rid) != false)
            {
                return true;
            }
        }

        return false;
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
