using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>The variables that are defined where an expression stands.</summary>
internal sealed class Names
{
    private readonly Names? _outer;
    private readonly string? _name;

    /// <summary>The document is the only variable there is at first; those of the query are constants to the parser.</summary>
    public Names(QueryContext context) => Context = context;

    private Names(Names outer, string name) => (Context, _outer, _name) = (outer.Context, outer, name);

    public QueryContext Context { get; }

    public Names With(string name) => new(this, name);

    public bool Contains(string name) => _outer is null ? name is "ROOT" or "CURRENT" : _name == name || _outer.Contains(name);
}
