using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>The variables that are defined where an expression stands.</summary>
internal sealed class Names
{
    private readonly Names? _outer;
    private readonly string? _name;

    /// <summary>None at first: the parser knows the document by itself, and those of the query are constants to it.</summary>
    public Names(QueryContext context) => Context = context;

    private Names(Names outer, string? name, bool folds) => (Context, _outer, _name, Folds) = (outer.Context, outer, name, folds);

    public QueryContext Context { get; }

    /// <summary>Whether calls whose arguments are constants are made at once, so that they fail even if there is no document.</summary>
    public bool Folds { get; } = true;

    public Names Unfolded => new(this, null, folds: false);

    public Names With(string name) => new(this, name, Folds);

    public bool Contains(string name) => _outer is not null && (_name == name || _outer.Contains(name));
}
