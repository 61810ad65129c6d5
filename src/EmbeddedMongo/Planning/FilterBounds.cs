using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>
/// What a filter demands of single paths, as far as key intervals can say it. Each demand stands for itself ("some value of
/// this path lies here"): of a path that may hold arrays, two demands can be met by different elements.
/// </summary>
internal sealed class FilterBounds(Collation? collation)
{
    private readonly Dictionary<string, List<List<Interval>>> _demands = [];
    private readonly HashSet<(string Path, string Operator, BsonValue Operand)> _predicates = [];

    /// <param name="filter">The filter.</param>
    /// <param name="collation">That of both the index and the query; null if they differ: then what has strings in it demands nothing.</param>
    public static FilterBounds Of(BsonDocument filter, Collation? collation)
    {
        var bounds = new FilterBounds(collation);
        bounds.Add(filter);
        return bounds;
    }

    public IEnumerable<string> Paths => _demands.Keys;

    public IReadOnlyList<List<Interval>> Demands(string path) => _demands.GetValueOrDefault(path) ?? [];

    /// <summary>Where a path's value must lie; null when nothing is known.</summary>
    /// <param name="path">The dotted path.</param>
    /// <param name="singleValued">No document has an array on this path, so all demands are about the same value.</param>
    public List<Interval>? Of(string path, bool singleValued)
    {
        if (!_demands.TryGetValue(path, out var demands))
        {
            return null;
        }

        return singleValued
            ? demands.Aggregate(Intervals.Intersect)
            : demands.MinBy(d => (d.TrueForAll(i => i.IsPoint) ? 0 : 1, d.Count));
    }

    public bool Has(string path, string name, BsonValue operand) => _predicates.Contains((path, name, operand));

    /// <summary>Where the condition, as the index would have it, lets a value lie; null when that cannot be said.</summary>
    public List<Interval>? IntervalsOf(string name, BsonValue operand) =>
        CanBeUsed(name, operand) ? OperandBounds.Of(name, operand, collation) : null;

    public bool DemandsPresence(string path) =>
        Has(path, "$exists", true) || Demands(path).Any(d => !d.Exists(i => KeyBytes.Compare(i.From, PastNull) < 0));

    private static readonly byte[] PastNull = [TypeRank.Null + 1];

    private void Add(BsonDocument filter)
    {
        foreach (var clause in filter)
        {
            if (clause.Name == "$and" && clause.Value is BsonArray all)
            {
                foreach (var part in all.OfType<BsonDocument>())
                {
                    Add(part);
                }
            }
            else if (clause.Name == "$or" && clause.Value is BsonArray any)
            {
                AddAlternatives([.. any.OfType<BsonDocument>().Select(one => Of(one, collation))]);
            }
            else if (!clause.Name.StartsWith('$'))
            {
                AddField(clause.Name, clause.Value);
            }
        }
    }

    // What every alternative demands of a path, one way or another, holds for the whole.
    private void AddAlternatives(List<FilterBounds> alternatives)
    {
        if (alternatives.Count == 0)
        {
            return;
        }

        foreach (var path in alternatives[0].Paths)
        {
            var each = alternatives.ConvertAll(a => a.Of(path, singleValued: false));
            if (each.TrueForAll(e => e is not null))
            {
                Demand(path, Intervals.Union(each.SelectMany(e => e!)));
            }
        }
    }

    private void AddField(string path, BsonValue value)
    {
        if (value is BsonDocument { ElementCount: > 0 } document && document.GetElement(0).Name.StartsWith('$'))
        {
            foreach (var condition in document)
            {
                AddCondition(path, condition.Name, condition.Value);
            }
        }
        else
        {
            AddCondition(path, "$eq", value);
        }
    }

    private void AddCondition(string path, string name, BsonValue operand)
    {
        if (!CanBeUsed(name, operand))
        {
            return;
        }

        _predicates.Add((path, name, operand));
        if (IntervalsOf(name, operand) is { } intervals)
        {
            Demand(path, intervals);
        }
    }

    private bool CanBeUsed(string name, BsonValue operand) => name == "$type" || CanBeCompared(operand);

    // No index with a collation contains a symbol.
    private bool CanBeCompared(BsonValue value) => value switch
    {
        BsonString => collation is not null,
        BsonSymbol => collation is { IsSimple: true },
        BsonDocument document => document.Values.All(CanBeCompared),
        BsonArray array => array.All(CanBeCompared),
        _ => true,
    };

    private void Demand(string path, List<Interval> intervals)
    {
        if (!_demands.TryGetValue(path, out var demands))
        {
            _demands[path] = demands = [];
        }

        demands.Add(intervals);
    }
}
