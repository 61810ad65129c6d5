using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>Work done ahead of the writer's turn under the collection's collation, and anew in case it is another by then.</summary>
internal sealed class Prepared<T>
{
    private readonly Func<Collation, T> _prepare;
    private readonly Collation _collation;
    private readonly T _value;

    public Prepared(Catalog catalog, string database, string name, Func<Collation, T> prepare)
    {
        _collation = catalog.CollationOf(database, name);
        _prepare = prepare;
        _value = prepare(_collation);
    }

    public T For(Catalog catalog, string database, string name) =>
        catalog.CollationOf(database, name) is var collation && collation.IsSameAs(_collation) ? _value : _prepare(collation);
}
