using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>A text query over one collection's text index.</summary>
internal sealed class TextSearch
{
    private readonly TextFields _fields;
    private readonly TextQuery _query;
    private readonly HashSet<string> _words;
    private readonly HashSet<string> _barredWords;
    private readonly List<string> _phrases;
    private readonly List<string> _barredPhrases;

    public TextSearch(CollectionInfo collection, TextQuery query, BsonDocument rest, Collation collation)
    {
        Index = collection.Indexes.FirstOrDefault(i => i.Spec is { Text: not null, Hidden: false })
            ?? throw new MongoError(27, "IndexNotFound", "text index required for $text query");
        _fields = Index.Spec.Text!;
        _query = query;
        CheckPrefix(rest);
        if (!PartialImplication.IsImplied(Index.Spec, FilterBounds.Of(rest, Index.Spec.Collation.IsSameAs(collation) ? collation : null)))
        {
            throw NotUsable();
        }

        var language = query.Language ?? _fields.Language;
        Terms = [.. TextTokens.Of(query.Words, language)];
        _words = [.. TextTokens.Of(query.Words, language, query.Sensitivity)];
        _barredWords = [.. TextTokens.Of(query.BarredWords, language, query.Sensitivity)];
        _phrases = [.. query.Phrases.Select(p => TextTokens.Fold(p, query.Sensitivity))];
        _barredPhrases = [.. query.BarredPhrases.Select(p => TextTokens.Fold(p, query.Sensitivity))];
    }

    public IndexInfo Index { get; }

    /// <summary>The words to look up, in the order in which their scores are added up.</summary>
    public SortedSet<string> Terms { get; } = new(StringComparer.Ordinal);

    /// <summary>How many records have one of the words.</summary>
    public int Found { get; private set; }

    /// <summary>How many entries of the index were read.</summary>
    public long KeysRead { get; private set; }

    /// <summary>The records that contain one of the words, best first.</summary>
    public List<(long Rid, double Score)> Hits(Session session)
    {
        var scores = new Dictionary<long, double>();
        foreach (var word in Terms)
        {
            using var postings = session.Db.Use(Index.TermSql).Bind(1, word);
            while (postings.Step())
            {
                var rid = postings.Long(0);
                scores[rid] = scores.GetValueOrDefault(rid) + postings.Double(1);
                KeysRead++;
            }
        }

        Found = scores.Count;
        return [.. scores.Select(s => (s.Key, s.Value)).OrderByDescending(s => s.Value).ThenBy(s => s.Key)];
    }

    /// <summary>The index alone cannot tell; <see cref="Accepts"/> can.</summary>
    public bool LooksAtTexts => _barredWords.Count > 0 || _phrases.Count > 0 || _barredPhrases.Count > 0 || _query.Sensitivity != default;

    /// <summary>Whether a document that has one of the words really is a hit.</summary>
    /// <param name="document">What the record of the hit holds.</param>
    /// <param name="mayBeStale">The record may hold something else since the words were looked up, even another document.</param>
    public bool Accepts(BsonDocument document, bool mayBeStale)
    {
        if (mayBeStale && !IndexEntries.Of(Index.Spec, document).Terms.Any(t => Terms.Contains(t.Term)))
        {
            return false;
        }

        if (!LooksAtTexts)
        {
            return true;
        }

        var texts = _fields.Of(document).ToList();
        var folded = texts.ConvertAll(t => TextTokens.Fold(t.Text, _query.Sensitivity));
        return (_query.Sensitivity == default || HasAny(texts, _words))
            && !HasAny(texts, _barredWords)
            && _phrases.TrueForAll(p => folded.Exists(t => t.Contains(p, StringComparison.Ordinal)))
            && !_barredPhrases.Exists(p => folded.Exists(t => t.Contains(p, StringComparison.Ordinal)));
    }

    /// <summary>The query taken apart, as explain shows it.</summary>
    public BsonDocument Describe() => new()
    {
        { "terms", new BsonArray(_words) },
        { "negatedTerms", new BsonArray(_barredWords) },
        { "phrases", new BsonArray(_query.Phrases) },
        { "negatedPhrases", new BsonArray(_query.BarredPhrases) },
    };

    private bool HasAny(List<WeightedText> texts, HashSet<string> words) =>
        words.Count > 0 && texts.Exists(t => TextTokens.Of(t.Text, t.Language, _query.Sensitivity, withStopWords: true).Any(words.Contains));

    private void CheckPrefix(BsonDocument rest)
    {
        if (_fields.Prefix.FirstOrDefault(path => !Equalities(rest).Contains(path)) is not null)
        {
            throw NotUsable();
        }
    }

    private static MongoError NotUsable() => new(291, "NoQueryExecutionPlans", "failed to use text index to satisfy $text query "
        + "(if text index is compound, are equality predicates given for all prefix fields?)");

    // The paths of which the filter says, for the whole of it, what they equal.
    private static IEnumerable<string> Equalities(BsonDocument filter) => filter.SelectMany(clause => clause.Name == "$and"
        ? clause.Value.AsBsonArray.OfType<BsonDocument>().SelectMany(Equalities)
        : !clause.Name.StartsWith('$') && IsEquality(clause.Value) ? [clause.Name] : Array.Empty<string>());

    private static bool IsEquality(BsonValue condition) => condition is BsonDocument { ElementCount: > 0 } document && document.GetElement(0).Name.StartsWith('$')
        ? document.Contains("$eq") || (document.TryGetValue("$in", out var values) && values is BsonArray { Count: 1 } one && one[0] is not BsonRegularExpression)
        : condition is not BsonRegularExpression;
}
