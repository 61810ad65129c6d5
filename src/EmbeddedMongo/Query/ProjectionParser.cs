using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>Reads the projections of find and of <c>$project</c>, which differ in a few operators only.</summary>
internal sealed class ProjectionParser
{
    private readonly QueryContext _context;
    private readonly bool _isFind;
    private readonly bool _includes;
    private readonly ProjectionNode _root;

    private ProjectionParser(QueryContext context, bool isFind, bool includes) =>
        (_context, _isFind, _includes, _root) = (context, isFind, includes, new(includes));

    public static ProjectionNode Parse(BsonDocument projection, QueryContext context, bool isFind)
    {
        var leaves = Flatten("", projection).ToList();
        var parser = new ProjectionParser(context, isFind, Includes(leaves, isFind));
        var keepsId = parser._includes;

        foreach (var (path, value) in leaves)
        {
            keepsId &= path != "_id" && !path.StartsWith("_id.", StringComparison.Ordinal);
            parser.Add(path, value);
        }

        if (keepsId)
        {
            parser._root.Keep("_id");
        }

        return parser._root;
    }

    /// <summary>Fields to add or overwrite, all others staying: every value is an expression, numbers too.</summary>
    public static ProjectionNode ParseAdditions(BsonDocument additions, QueryContext context)
    {
        var parser = new ProjectionParser(context, isFind: false, includes: false);

        foreach (var (path, value) in Flatten("", additions))
        {
            parser.Enter(path, computes: true, out var name).Compute(name, ExpressionParser.Parse(value, context));
        }

        return parser._root;
    }

    // {a: {b: 1}} says the same as {"a.b": 1}.
    private static IEnumerable<(string Path, BsonValue Value)> Flatten(string prefix, BsonDocument projection)
    {
        foreach (var (name, value) in projection)
        {
            var path = Documents.CheckPath(prefix + name);

            if (value is not BsonDocument inner || (inner.ElementCount == 1 && inner.GetElement(0).Name.StartsWith('$')))
            {
                yield return (path, value);
                continue;
            }

            if (inner.ElementCount == 0)
            {
                throw Failure.Located(51270, $"An empty sub-projection is not a valid value. Found empty object at path {path}");
            }

            foreach (var leaf in Flatten(path + ".", inner))
            {
                yield return leaf;
            }
        }
    }

    // The first field that is plainly in or out decides, or an expression; what find alone knows, and _id, only where nothing else does.
    private static bool Includes(List<(string Path, BsonValue Value)> leaves, bool isFind)
    {
        bool? byId = null;
        var (hasSlice, hasElemMatch, hasScore) = (false, false, false);

        foreach (var (path, value) in leaves)
        {
            if (isFind && Is(value, "$slice"))
            {
                hasSlice = true;
            }
            else if (isFind && Is(value, "$elemMatch"))
            {
                hasElemMatch = true;
            }
            else if (Documents.IsTextScore(value))
            {
                hasScore = true;
            }
            else if (path == "_id" && Flag(value) is { } flag)
            {
                byId = flag;
            }
            else
            {
                return Flag(value) ?? true;
            }
        }

        return !hasSlice && (hasElemMatch || (hasScore && !isFind)) || (byId ?? false);
    }

    private static bool? Flag(BsonValue value) => value switch
    {
        BsonBoolean flag => flag.Value,
        _ when value.IsNumeric => Number.Compare(value, (BsonInt32)0) != 0,
        _ => null,
    };

    private static bool Is(BsonValue value, string operation) =>
        value is BsonDocument { ElementCount: 1 } document && document.GetElement(0).Name == operation;

    private void Add(string path, BsonValue value)
    {
        var flag = Flag(value);
        var isSlice = _isFind && Is(value, "$slice");
        var node = Enter(path, computes: flag is null && !isSlice, out var name);

        if (flag is { } includes)
        {
            AddPlain(node, name, path, includes);
        }
        else if (isSlice)
        {
            node.Change(name, Slice(value[0]));
        }
        else if (_isFind && Is(value, "$elemMatch"))
        {
            node.Compute(name, ElemMatch(path, value[0]), replaces: true);
        }
        else if (_includes || Documents.IsTextScore(value))
        {
            node.Compute(name, Parse(value));
        }
        else
        {
            throw value is BsonDocument
                ? Failure.Located(31252, "Cannot use expression other than $meta in exclusion projection")
                : Failure.Located(31310, $"Cannot use an expression {path}: {Failure.Show(value)} in an exclusion projection");
        }
    }

    private Expression Parse(BsonValue value)
    {
        try
        {
            return ExpressionParser.Parse(value, _context);
        }
        catch (MongoError unknown) when (unknown.Code == 168 && value is BsonDocument)
        {
            throw Failure.Located(31325, $"Unknown expression {value.AsBsonDocument.GetElement(0).Name}");
        }
    }

    private void AddPlain(ProjectionNode node, string name, string path, bool includes)
    {
        if (path != "_id" && includes != _includes)
        {
            throw _includes
                ? Failure.Located(31254, $"Cannot do exclusion on field {path} in inclusion projection")
                : Failure.Located(31253, $"Cannot do inclusion on field {path} in exclusion projection");
        }

        if (includes)
        {
            // In an exclusion only _id can be asked for, and there it is anyway.
            node.Keep(name);
        }
        else
        {
            node.Drop(name);
        }
    }

    private ProjectionNode Enter(string path, bool computes, out string name)
    {
        var node = _root;
        var parts = path.Split('.');

        for (var i = 0; i < parts.Length - 1; i++)
        {
            node = node.Child(parts[i], computes)
                ?? throw Failure.Located(31249, $"Path collision at {path} remaining portion {string.Join('.', parts[(i + 1)..])}");
        }

        name = parts[^1];
        return node.Has(name) ? throw Failure.Located(31250, $"Path collision at {path}") : node;
    }

    private static Func<BsonValue, BsonValue?> Slice(BsonValue argument)
    {
        var (skip, limit) = argument switch
        {
            BsonArray { Count: 2 } pair => (pair[0], pair[1]),
            BsonArray => throw Failure.Located(31272, "$slice array argument should be of form [skip, limit]"),
            _ => (null, argument),
        };

        if ((skip is not null && !Number.TryTruncate(skip, out _)) || !Number.TryTruncate(limit, out var count))
        {
            throw Failure.Located(28667, "Invalid $slice syntax: it takes a number or [skip, limit]");
        }

        if (skip is null)
        {
            return value => value is BsonArray array ? Cut(array, Math.Min(count, 0), count == long.MinValue ? long.MaxValue : Math.Abs(count)) : value;
        }

        Number.TryTruncate(skip, out var start);

        return count > 0
            ? value => value is BsonArray array ? Cut(array, start, count) : value
            : throw Failure.Located(31259, $"$slice limit must be positive, got {count}");
    }

    private static BsonArray Cut(BsonArray array, long skip, long count)
    {
        var start = skip >= 0 ? Math.Min(skip, array.Count) : Math.Max(0, array.Count + skip);
        var end = start + Math.Min(count, array.Count - start);
        return new(array.Skip((int)start).Take((int)(end - start)));
    }

    private FirstMatch ElemMatch(string path, BsonValue argument)
    {
        if (path.Contains('.'))
        {
            throw Failure.Located(31275, "Cannot use $elemMatch projection on a nested field");
        }

        var filter = argument as BsonDocument
            ?? throw Failure.Located(31274, $"elemMatch: Invalid argument, object required, but got {Failure.TypeName(argument)}");
        return new(path, OperatorParser.ElemMatch(filter, _context));
    }

    private sealed class FirstMatch(string name, ElemMatchTest test) : Expression
    {
        public override BsonValue? Evaluate(Scope scope) =>
            scope.Document.Find(name) is BsonArray array && test.Matches(array, out var position) ? new BsonArray { array[position] } : null;
    }
}
