using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>An update by operators.</summary>
internal sealed class OperatorUpdate
{
    private readonly List<(UpdatePath Path, Modifier? Modifier, Rename? Rename)> _changes = [];
    private readonly ArrayFilters _filters;
    private readonly QueryContext _context;
    private readonly bool _isPositional;
    private readonly bool _isDynamic;
    private PositionFinder? _finder;

    private OperatorUpdate(BsonDocument update, BsonArray? arrayFilters, QueryContext context)
    {
        _context = context;
        var paths = new PathSet();

        foreach (var (name, argument) in update)
        {
            Add(name, argument, paths);
        }

        _changes.Sort((a, b) => UpdatePath.Compare(a.Path.Parts, b.Path.Parts));
        _isPositional = _changes.Exists(c => c.Path.IsPositional);
        _isDynamic = _changes.Exists(c => c.Path.IsDynamic);
        _filters = ArrayFilters.Parse(arrayFilters, context);
        _filters.Check(_changes.Select(c => c.Path));
    }

    public static OperatorUpdate Parse(BsonDocument update, BsonArray? arrayFilters, QueryContext context) => new(update, arrayFilters, context);

    public BsonDocument Apply(BsonDocument original, BsonDocument query, bool isInsert, out bool counts)
    {
        counts = false;
        var updated = (BsonDocument)original.DeepClone();
        updated.Remove(Documents.TextScore);
        var position = _isPositional && !isInsert ? FindPosition(original, query) : null;

        // Dynamic paths mean the document as it was found, so all are resolved before the first is written.
        var resolved = _isDynamic ? new PathSet() : null;
        var writes = new List<(string[] Parts, Modifier? Modifier, Rename? Rename)>(_changes.Count);

        foreach (var (path, modifier, rename) in _changes)
        {
            foreach (var parts in path.Resolve(updated, position, _filters))
            {
                resolved?.Add(parts);
                writes.Add((parts, modifier, rename));
            }
        }

        if (_isDynamic)
        {
            writes.Sort((a, b) => UpdatePath.Compare(a.Parts, b.Parts));
        }

        foreach (var (parts, modifier, rename) in writes)
        {
            if (rename is not null)
            {
                rename.Apply(updated, isInsert);
            }
            else if (isInsert || modifier is not SetOnInsertModifier)
            {
                counts |= PathWriter.Apply(updated, parts, modifier!, isInsert);
            }
        }

        return updated;
    }

    private void Add(string name, BsonValue argument, PathSet paths)
    {
        if (name is not ("$rename" or "$set" or "$unset" or "$inc" or "$mul" or "$min" or "$max" or "$setOnInsert" or "$currentDate"
            or "$push" or "$addToSet" or "$pull" or "$pullAll" or "$pop" or "$bit"))
        {
            throw Failure.FailedToParse(
                $"Unknown modifier: {name}. Expected a valid update modifier or pipeline-style update specified as an array");
        }

        var fields = argument as BsonDocument ?? throw Failure.FailedToParse($"Modifiers operate on fields but we found type "
            + $"{Failure.TypeName(argument)} instead. For example: {{$mod: {{<field>: ...}}}} not {{{name}: {Failure.Show(argument)}}}");

        foreach (var (field, value) in fields)
        {
            var path = new UpdatePath(field);
            paths.Add(path.Parts);

            if (name == "$rename")
            {
                var rename = Rename.Parse(path, value);
                paths.Add(rename.To.Parts);
                _changes.Add((rename.To, null, rename));
            }
            else
            {
                _changes.Add((path, ModifierParser.Parse(name, field, value, _context), null));
            }
        }
    }

    // Many documents are updated by one query: it is parsed for the first and kept.
    private int? FindPosition(BsonDocument original, BsonDocument query)
    {
        var finder = _finder;

        if (finder is null || !ReferenceEquals(finder.Query, query))
        {
            _finder = finder = new(query, _context);
        }

        return finder.Find(original);
    }

    private sealed class PositionFinder(BsonDocument query, QueryContext context)
    {
        private readonly Matcher _matcher = Matcher.Compile(new BsonDocument(query.Where(e => e.Name != "$text")), context);

        public BsonDocument Query { get; } = query;

        public int? Find(BsonDocument document) => _matcher.Matches(document, out var position) ? position : null;
    }
}
