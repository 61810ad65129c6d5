using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary><c>$lookup</c>: by equality of two fields, by a pipeline that may use values of the document, or both.</summary>
internal sealed class LookupStage
{
    private readonly string _from;
    private readonly string[] _as;
    private readonly QueryContext _context;
    private readonly LookupJoin? _join;
    private readonly BsonArray? _stages;
    private readonly (string Name, Expression Value)[] _variables = [];
    private readonly Dictionary<string, LookupTable?> _tables = [];
    private readonly bool _isRandom;
    private List<BsonDocument>? _sameForAll;
    private int _scans;

    private LookupStage(BsonDocument spec, string from, QueryContext context)
    {
        (_from, _context) = (from, context);
        _as = Documents.CheckPath(Text(spec, "as") ?? throw Failure.FailedToParse("must specify 'as' field for a $lookup")).Split('.');
        var (local, foreign) = (Text(spec, "localField"), Text(spec, "foreignField"));
        var pipeline = spec.Find("pipeline");

        if ((local is null) != (foreign is null) || (pipeline is null && local is null))
        {
            throw Failure.FailedToParse("$lookup requires 'pipeline', or both 'localField' and 'foreignField', or all three to be specified");
        }

        _join = local is null ? null : new(from, Documents.CheckPath(local), Documents.CheckPath(foreign!), context);

        if (pipeline is null)
        {
            return;
        }

        _stages = pipeline as BsonArray ?? throw Failure.TypeMismatch("A pipeline must be an array of objects");
        _isRandom = IsRandom(_stages);
        var let = spec.Find("let") as BsonDocument ?? [];
        _variables = [.. let.Select(e => (LogicOperators.CheckVariable(e.Name), ExpressionParser.Parse(e.Value, context)))];
        var declared = _variables.Aggregate(context, (within, variable) => within.Declare(variable.Name));
        CompiledFilter.Parse(Parse(declared).Head.Filter, declared);
    }

    public static Stage Parse(BsonValue argument, QueryContext context)
    {
        var spec = argument as BsonDocument ?? throw Failure.FailedToParse($"the $lookup specification must be an object, but found {Failure.TypeName(argument)}");

        foreach (var (name, value) in spec)
        {
            var isRight = name switch
            {
                "as" or "from" or "localField" or "foreignField" => value is BsonString,
                "let" => value is BsonDocument,
                "pipeline" => true,
                "_internalCollation" => throw Failure.NotSupported("$lookup with a collation of its own"),
                _ => throw Failure.FailedToParse($"unknown argument to $lookup: {name}"),
            };

            if (!isRight)
            {
                throw Failure.FailedToParse($"$lookup argument '{name}' has the wrong type {Failure.TypeName(value)}");
            }
        }

        if (spec.Contains("let") && !spec.Contains("pipeline"))
        {
            throw Failure.FailedToParse("$lookup with a 'let' argument must also specify 'pipeline'");
        }

        var from = Text(spec, "from") ?? throw (spec.Find("pipeline") is BsonArray { Count: > 0 } stages && stages[0] is BsonDocument first && first.Contains("$documents")
            ? Failure.NotSupported("$documents") : Failure.FailedToParse("must specify 'pipeline' with $documents when 'from' is empty"));

        if (context.Lookups is { } database)
        {
            Commands.Names.CheckCollection(database.Name, from);
        }

        return new LookupStage(spec, from, context).Run;
    }

    private static bool IsRandom(BsonValue value) => value switch
    {
        BsonDocument document => document.Any(e => e.Name == "$rand" || IsRandom(e.Value)),
        BsonArray array => array.Any(IsRandom),
        _ => false,
    };

    private static string? Text(BsonDocument spec, string name) => spec.Find(name) is BsonString { Value: { Length: > 0 } text } ? text : null;

    private IEnumerable<BsonDocument> Run(IEnumerable<BsonDocument> documents)
    {
        foreach (var document in documents)
        {
            yield return Documents.With(document, _as, Gather(Find(document)));
        }
    }

    private BsonArray Gather(IEnumerable<BsonDocument> found)
    {
        var matches = new BsonArray();
        var weight = 0L;

        foreach (var document in found)
        {
            weight += MemoryLimit.WeightOf(document);
            matches.Add(weight <= MemoryLimit.Most ? document
                : throw Failure.Located(4568, $"Total size of documents in {_from} matching pipeline's $lookup stage exceeds {MemoryLimit.Most} bytes"));
        }

        return matches;
    }

    private IEnumerable<BsonDocument> Find(BsonDocument document)
    {
        if (_stages is null)
        {
            return _join!.Find(document);
        }

        if (_variables.Length == 0 && _join is null && !_isRandom)
        {
            return _sameForAll ??= [.. Gather(Through(_context, document)).Cast<BsonDocument>()];
        }

        var scope = new Scope(document);
        return Through(_variables.Aggregate(_context, (within, variable) => within.With(variable.Name, variable.Value.Evaluate(scope))), document);
    }

    private IEnumerable<BsonDocument> Through(QueryContext context, BsonDocument document)
    {
        var pipeline = Parse(context);
        return _join is not null ? pipeline.Run(_join.Find(document)) : FromTable(pipeline.Head.Filter, context) ?? context.Lookups!.Run(pipeline, _from, context);
    }

    // The join comes first, so that what would be the pipeline's head is not.
    private Pipeline Parse(QueryContext context) => _join is null ? Pipeline.ParseOver(_stages!, context) : Pipeline.Parse(_stages!, context);

    /// <summary>Where an expression asks for an equality and no index knows it, many documents are reason to read the collection but once.</summary>
    private IEnumerable<BsonDocument>? FromTable(BsonDocument filter, QueryContext context)
    {
        if (StageParser.Searches(filter) || ExpressionEqualities.Of(filter, context).FirstOrDefault() is not (string path, var value))
        {
            return null;
        }

        if (!_tables.TryGetValue(path, out var table))
        {
            using var scan = context.Lookups!.Open(_from, filter, context);

            if (scan is { ReadsAll: true } && _scans++ == 0)
            {
                return null;
            }

            _tables[path] = table = scan is { ReadsAll: true } ? LookupTable.Read(_from, path, context) : null;
        }

        return table is null ? null : Pipeline.Parse(_stages!, context).Run(table.Find([value]));
    }
}
