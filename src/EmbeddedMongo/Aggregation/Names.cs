namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>The variables that are defined where an expression stands.</summary>
internal sealed class Names
{
    private readonly Names? _outer;
    private readonly string _name;

    private Names(Names? outer, string name) => (_outer, _name) = (outer, name);

    /// <summary>The document is the only variable there is at first; constants are dealt with by the parser.</summary>
    public static Names Outermost { get; } = new(new(null, "ROOT"), "CURRENT");

    public Names With(string name) => new(this, name);

    public bool Contains(string name) => _name == name || (_outer?.Contains(name) ?? false);
}
