using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary><c>$group</c>. Groups come out in the order in which their first documents came in.</summary>
internal sealed class GroupStage
{
    private readonly QueryContext _context;
    private readonly Expression _id;
    private readonly string? _onlyPart;
    private readonly List<(string Name, AccumulatorSpec Spec)> _fields = [];

    private GroupStage(QueryContext context, BsonValue id)
    {
        (_context, _id) = (context, ExpressionParser.Parse(id, context));
        _onlyPart = id is BsonDocument { ElementCount: 1 } parts && !parts.GetElement(0).Name.StartsWith('$') ? parts.GetElement(0).Name : null;
    }

    public static Stage Parse(BsonValue argument, QueryContext context)
    {
        var document = argument as BsonDocument ?? throw Failure.Located(15947, "a group's fields must be specified in an object");
        var id = document.Find("_id") ?? throw Failure.Located(15955, "a group specification must include an _id");
        var group = new GroupStage(context, id);

        foreach (var (name, value) in document)
        {
            if (name != "_id")
            {
                group.Add(name, value);
            }
        }

        return group.Run;
    }

    private void Add(string name, BsonValue value)
    {
        if (name.Contains('.'))
        {
            throw Failure.Located(40235, $"The field name '{name}' cannot contain '.'");
        }

        if (name.StartsWith('$'))
        {
            throw Failure.Located(40236, $"The field name '{name}' cannot be an operator name");
        }

        if (value is not BsonDocument { ElementCount: > 0 } accumulator || !accumulator.GetElement(0).Name.StartsWith('$'))
        {
            throw Failure.Located(40234, $"The field '{name}' must be an accumulator object");
        }

        if (accumulator.ElementCount > 1)
        {
            throw Failure.Located(40238, $"The field '{name}' must specify one accumulator");
        }

        var (operation, argument) = accumulator.GetElement(0);
        _fields.Add((name, AccumulatorSpec.Parse(operation, argument, new Names(_context))));
    }

    // What is missing counts as null, also where it is all that an _id is made of; but not beside other parts.
    private BsonValue IdOf(BsonValue? id) => id is null ? BsonNull.Value
        : _onlyPart is not null && id is BsonDocument { ElementCount: 0 } ? new BsonDocument(_onlyPart, BsonNull.Value)
        : id;

    private IEnumerable<BsonDocument> Run(IEnumerable<BsonDocument> documents)
    {
        var groups = new Dictionary<BsonValue, Accumulator[]>(_context.Collation.Equality);
        var memory = new MemoryLimit("$group");

        foreach (var document in documents)
        {
            var scope = new Scope(document);
            var id = IdOf(_id.Evaluate(scope));

            if (!groups.TryGetValue(id, out var accumulators))
            {
                groups[id] = accumulators = [.. _fields.Select(f => f.Spec.Create())];
                memory.Add(MemoryLimit.WeightOf(id) + (64 * _fields.Count));
            }

            for (var i = 0; i < accumulators.Length; i++)
            {
                var before = accumulators[i].Weight;
                accumulators[i].Add(_fields[i].Spec.Value.Evaluate(scope));
                memory.Add(accumulators[i].Weight - before);
            }
        }

        foreach (var (id, accumulators) in groups)
        {
            var result = new BsonDocument("_id", id);

            for (var i = 0; i < accumulators.Length; i++)
            {
                result[_fields[i].Name] = accumulators[i].Result;
            }

            yield return result;
        }
    }
}
