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

    /// <summary>The demands say all that the filter says, of documents without arrays on their paths.</summary>
    public bool IsExact { get; private set; } = true;

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

    /// <summary>Where the condition, as the index would have it, lets a value lie; null when that cannot be said.</summary>
    public List<Interval>? IntervalsOf(string name, BsonValue operand) =>
        CanBeUsed(name, operand) ? OperandBounds.Of(name, operand, collation) : null;

    public bool Has(string path, string name, BsonValue operand) => _predicates.Contains((path, name, operand));

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
                IsExact = false;
                AddAlternatives([.. any.OfType<BsonDocument>().Select(one => Of(one, collation))]);
            }
            else if (!clause.Name.StartsWith('$'))
            {
                AddField(clause.Name, clause.Value);
            }
            else
            {
                IsExact &= clause.Name == "$comment";
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
        if (value is BsonRegularExpression pattern)
        {
            AddCondition(path, "$regex", pattern);
        }
        else if (value is not BsonDocument { ElementCount: > 0 } document || !document.GetElement(0).Name.StartsWith('$'))
        {
            AddCondition(path, "$eq", value);
        }
        else
        {
            foreach (var condition in document)
            {
                AddOperator(path, condition, document);
            }
        }
    }

    private void AddOperator(string path, BsonElement condition, BsonDocument operators)
    {
        switch (condition)
        {
            case { Name: "$regex", Value: BsonString pattern }:
                AddCondition(path, "$regex", new BsonRegularExpression(pattern.Value, operators.GetValue("$options", "").AsString));
                break;
            case { Name: "$regex" } when operators.Contains("$options"):
                IsExact = false;
                break;
            case { Name: "$all", Value: BsonArray each }:
                IsExact = false;
                foreach (var one in each.Where(e => e is not BsonDocument))
                {
                    AddField(path, one);
                }

                break;
            case { Name: "$elemMatch", Value: BsonDocument element }:
                IsExact = false;
                AddElement(path, element);
                break;
            default:
                AddCondition(path, condition.Name, condition.Value);
                break;
        }
    }

    // All conditions are about one element, which has keys of its own.
    private void AddElement(string path, BsonDocument element)
    {
        if (element.ElementCount > 0 && element.GetElement(0).Name.StartsWith('$') && !element.Contains("$and") && !element.Contains("$or"))
        {
            // An element that is an array itself has only the key of the whole.
            var inner = new FilterBounds(collation);
            foreach (var condition in element.Where(o => o.Name is "$eq" or "$in" or "$gt" or "$gte" or "$lt" or "$lte"))
            {
                inner.AddCondition("", condition.Name, condition.Value);
            }

            if (inner.Of("", singleValued: true) is { } values)
            {
                Demand(path, values);
            }
        }
        else
        {
            var inner = Of(element, collation);
            foreach (var name in inner.Paths)
            {
                inner.Demands(name).ToList().ForEach(demand => Demand($"{path}.{name}", demand));
            }
        }
    }

    private void AddCondition(string path, string name, BsonValue operand)
    {
        if (!CanBeUsed(name, operand))
        {
            IsExact = false;
            return;
        }

        IsExact &= OperandBounds.AreExact(name, operand);
        _predicates.Add((path, name, operand));
        if (IntervalsOf(name, operand) is { } intervals)
        {
            Demand(path, intervals);
        }
    }

    private bool CanBeUsed(string name, BsonValue operand) => name == "$type" || CanBeCompared(operand);

    // No index with a collation contains a symbol, and what its keys begin with says nothing about the strings.
    private bool CanBeCompared(BsonValue value) => value switch
    {
        BsonString => collation is not null,
        BsonSymbol or BsonRegularExpression => collation is { IsSimple: true },
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
