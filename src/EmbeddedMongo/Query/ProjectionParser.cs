using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>Reads the projections of find and of <c>$project</c>, which differ in a few operators only.</summary>
internal sealed class ProjectionParser
{
    private readonly QueryContext _context;
    private readonly bool _isFind;
    private readonly bool _includes;
    private bool _hasElemMatch;

    private ProjectionParser(QueryContext context, bool isFind, bool includes) =>
        (_context, _isFind, _includes, Root) = (context, isFind, includes, new(includes));

    public ProjectionNode Root { get; }

    public List<FindSlice> Slices { get; } = [];

    public PositionalProjection? Positional { get; private set; }

    public static ProjectionParser ForFind(BsonDocument projection, BsonDocument filter, QueryContext context) =>
        Parse(projection, context, isFind: true, filter);

    public static ProjectionNode ForPipeline(BsonDocument projection, QueryContext context) => Parse(projection, context, isFind: false, filter: []).Root;

    private static ProjectionParser Parse(BsonDocument projection, QueryContext context, bool isFind, BsonDocument filter)
    {
        var leaves = Flatten("", projection).ToList();
        var parser = new ProjectionParser(context, isFind, Includes(leaves, isFind));
        var keepsId = parser._includes;

        foreach (var (path, value) in leaves)
        {
            keepsId &= path != "_id" && !path.StartsWith("_id.", StringComparison.Ordinal);

            if (PositionalProjection.Is(path))
            {
                parser.AddPositional(path, value, filter);
            }
            else
            {
                parser.Add(path, value);
            }
        }

        if (keepsId)
        {
            parser.Root.Keep("_id");
        }

        return parser;
    }

    /// <summary>Fields to add or overwrite, all others staying: every value is an expression, numbers too.</summary>
    public static ProjectionNode ParseAdditions(BsonDocument additions, QueryContext context)
    {
        var parser = new ProjectionParser(context, isFind: false, includes: false);

        var seen = new List<string>();

        foreach (var (path, value) in FlattenAdditions("", additions))
        {
            if (seen.Find(other => IsWithin(path, other) || IsWithin(other, path)) is { } conflict)
            {
                throw Failure.Located(40176, $"specification contains two conflicting paths. Cannot specify both '{path}' and '{conflict}'");
            }

            seen.Add(path);
            parser.Enter(path, computes: true, out var name).Compute(name, ExpressionParser.Parse(value, context));
        }

        return parser.Root;
    }

    private static bool IsWithin(string path, string other) => $"{path}.".StartsWith($"{other}.", StringComparison.Ordinal);

    // Unlike in a projection, an empty document is a value, and only the paths of the top level have dots.
    private static IEnumerable<(string Path, BsonValue Value)> FlattenAdditions(string prefix, BsonDocument additions)
    {
        foreach (var (name, value) in additions)
        {
            if (prefix.Length > 0 && (name.StartsWith('$') || name.Contains('.')))
            {
                throw name.StartsWith('$')
                    ? Failure.Located(40181, $"an expression specification must contain exactly one field, the name of the expression. Found {Failure.Show(additions)}")
                    : Failure.Located(40183, $"cannot use dotted field name '{name}' in a sub object");
            }

            var path = Documents.CheckPath(prefix + name);

            if (value is not BsonDocument { ElementCount: > 0 } inner || (inner.ElementCount == 1 && inner.GetElement(0).Name.StartsWith('$')))
            {
                yield return (path, value);
                continue;
            }

            foreach (var leaf in FlattenAdditions(path + ".", inner))
            {
                yield return leaf;
            }
        }
    }

    // {a: {b: 1}} says the same as {"a.b": 1}.
    private static IEnumerable<(string Path, BsonValue Value)> Flatten(string prefix, BsonDocument projection)
    {
        foreach (var (name, value) in projection)
        {
            var path = prefix + name;
            var isPositional = PositionalProjection.Is(path);

            if (path != ".$")
            {
                Documents.CheckPath(isPositional ? path[..^2] : path);
            }

            if (value is not BsonDocument inner || isPositional || (inner.ElementCount == 1 && inner.GetElement(0).Name.StartsWith('$')))
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
            if (isFind && Is(value, "$slice") && FindSlice.TryParse(path, value[0]) is not null)
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
        var slice = _isFind && Is(value, "$slice") ? FindSlice.TryParse(path, value[0]) : null;
        var node = Enter(path, computes: flag is null && slice is null, out var name);

        if (flag is { } includes)
        {
            AddPlain(node, name, path, includes);
        }
        else if (slice is not null)
        {
            node.Keep(name);
            Slices.Add(slice);
        }
        else if (_isFind && Is(value, "$elemMatch"))
        {
            node.Compute(name, Positional is null ? ElemMatch(path, value[0])
                : throw Failure.Located(31255, "Cannot specify positional operator and $elemMatch."));
            _hasElemMatch = true;
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

    private void AddPositional(string path, BsonValue value, BsonDocument filter)
    {
        if (!_isFind)
        {
            RefusePositional(path);
        }

        var positional = new PositionalProjection(path, value, filter, _context);

        if (Positional is not null)
        {
            throw Failure.Located(31276, "Cannot specify more than one positional projection per query.");
        }

        Positional = _hasElemMatch ? throw Failure.Located(31256, "Cannot specify positional operator and $elemMatch.") : positional;
        AddPlain(Enter(positional.Path, computes: false, out var name), name, positional.Path, includes: true);
    }

    private static void RefusePositional(string path)
    {
        if (PositionalProjection.Is(path))
        {
            throw Failure.Located(31324, "Cannot use positional projection in aggregation projection");
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
        var node = Root;
        var parts = path.Split('.');

        for (var i = 0; i < parts.Length - 1; i++)
        {
            node = node.Child(parts[i], computes)
                ?? throw Failure.Located(31249, $"Path collision at {path} remaining portion {string.Join('.', parts[(i + 1)..])}");
        }

        name = parts[^1];
        return node.Has(name) ? throw Failure.Located(31250, $"Path collision at {path}") : node;
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
