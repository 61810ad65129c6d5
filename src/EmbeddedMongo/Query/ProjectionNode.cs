using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>What a projection does with the fields of one document level.</summary>
/// <param name="includes">Whether fields that are not named are left out.</param>
internal sealed class ProjectionNode(bool includes)
{
    private readonly Dictionary<string, object> _fields = [];
    private readonly List<string> _computed = [];

    private static readonly object Kept = new();
    private static readonly object Dropped = new();

    public bool Computes => _computed.Count > 0;

    public void Keep(string name) => _fields[name] = Kept;

    public void Drop(string name) => _fields[name] = Dropped;

    public void Compute(string name, Expression expression)
    {
        _fields[name] = expression;
        _computed.Add(name);
    }

    /// <summary>The node of an embedded document, made if need be; null if the field itself is already spoken for.</summary>
    public ProjectionNode? Child(string name, bool computes)
    {
        if (!_fields.TryGetValue(name, out var field))
        {
            _fields[name] = field = new ProjectionNode(includes);
        }

        if (computes && field is ProjectionNode && !_computed.Contains(name))
        {
            _computed.Add(name);
        }

        return field as ProjectionNode;
    }

    public bool Has(string name) => _fields.ContainsKey(name);

    public BsonDocument Apply(BsonDocument document) => Apply(document, new Scope(document));

    private BsonDocument Apply(BsonDocument document, Scope scope)
    {
        var result = new BsonDocument();

        foreach (var (name, value) in document)
        {
            if (Project(name, value, scope) is { } projected && name != Documents.TextScore)
            {
                result.Add(name, projected);
            }
        }

        foreach (var name in _computed)
        {
            AddComputed(result, name, scope);
        }

        return result;
    }

    private BsonValue? Project(string name, BsonValue value, Scope scope)
    {
        if (!_fields.TryGetValue(name, out var field))
        {
            return includes ? null : value;
        }

        return field switch
        {
            ProjectionNode node => node.Inside(value, scope),
            Expression => includes ? null : value,
            _ => ReferenceEquals(field, Kept) ? value : null,
        };
    }

    private BsonValue? Inside(BsonValue value, Scope scope)
    {
        if (value is BsonArray array)
        {
            var items = new BsonArray(array.Count);

            foreach (var item in array)
            {
                if (Inside(item, scope) is { } projected)
                {
                    items.Add(projected);
                }
            }

            return items;
        }

        return value is BsonDocument document ? Apply(document, scope)
            : Computes ? Apply([], scope)
            : includes ? null : value;
    }

    private void AddComputed(BsonDocument result, string name, Scope scope)
    {
        // A node with something to compute has already done so, unless there was no field for it to stand in.
        var value = _fields[name] is Expression expression ? expression.Evaluate(scope)
            : result.Find(name) ?? ((ProjectionNode)_fields[name]).Apply([], scope);

        if (value is null)
        {
            result.Remove(name);
        }
        else
        {
            result[name] = value;
        }
    }
}
