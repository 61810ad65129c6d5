using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>The variables that are defined where an expression stands.</summary>
internal sealed class Names
{
    private readonly Names? _outer;
    private readonly string? _name;

    /// <summary>None at first: the parser knows the document by itself, and those of the query are constants to it.</summary>
    public Names(QueryContext context) => Context = context;

    private Names(Names outer, string name) => (Context, _outer, _name) = (outer.Context, outer, name);

    public QueryContext Context { get; }

    public Names With(string name) => new(this, name);

    public bool Contains(string name) => _outer is not null && (_name == name || _outer.Contains(name));
}
