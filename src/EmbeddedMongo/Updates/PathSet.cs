using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>Paths of which none may lead into, or be the same as, another.</summary>
internal sealed class PathSet
{
    private readonly Dictionary<string, PathSet> _children = [];

    public void Add(IReadOnlyList<string> parts)
    {
        var node = this;
        var isNew = false;

        for (var i = 0; i < parts.Count; i++)
        {
            // A node without children is where a path ends; and one holds either array filters or names, not both.
            if (i > 0 && !isNew && (node._children.Count == 0 || UpdatePath.IsWildcard(node._children.Keys.First()) != UpdatePath.IsWildcard(parts[i])))
            {
                throw Failure.Conflict(string.Join('.', parts), string.Join('.', parts.Take(i)));
            }

            isNew = !node._children.TryGetValue(parts[i], out var next);
            node._children[parts[i]] = next ??= new();
            node = next;
        }

        if (!isNew)
        {
            var path = string.Join('.', parts);
            throw Failure.Conflict(path, path);
        }
    }
}
