using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

internal sealed class AddToSetModifier(BsonArray items, Collation collation) : Modifier
{
    public override BsonValue? Apply(BsonValue? old, UpdateTarget target)
    {
        if (old is not (null or BsonArray))
        {
            throw Failure.BadValue(
                $"Cannot apply $addToSet to non-array field. Field named '{target.Field}' has non-array type {Failure.TypeName(old)}");
        }

        var array = old as BsonArray ?? [];
        var seen = new HashSet<BsonValue>(array, collation.Equality);

        foreach (var item in items)
        {
            if (seen.Add(item))
            {
                array.Add(item.DeepClone());
            }
        }

        return array;
    }
}

/// <summary><c>$pull</c> and <c>$pullAll</c>: every element that the condition holds for goes.</summary>
internal sealed class PullModifier(string name, Func<BsonValue, bool> goes) : Modifier
{
    public override bool Creates => false;

    public override BsonValue? Apply(BsonValue? old, UpdateTarget target) => old switch
    {
        null => null,
        BsonArray array => new BsonArray(array.Where(item => !goes(item))),
        _ => throw Failure.BadValue($"Cannot apply {name} to a non-array value"),
    };
}

internal sealed class PopModifier(bool first) : Modifier
{
    public override bool Creates => false;

    public override BsonValue? Apply(BsonValue? old, UpdateTarget target)
    {
        if (old is null)
        {
            return null;
        }

        var array = old as BsonArray
            ?? throw Failure.TypeMismatch($"Path '{target.Path}' contains an element of non-array type '{Failure.TypeName(old)}'");

        if (array.Count > 0)
        {
            array.RemoveAt(first ? 0 : array.Count - 1);
        }

        return array;
    }
}

/// <summary><c>$push</c>: inserts at the position, then sorts, then slices.</summary>
internal sealed class PushModifier(BsonArray items, long? position, IComparer<BsonValue>? sort, long? slice) : Modifier
{
    public override bool AlwaysCounts => items.Count > 0 || sort is not null;

    public override BsonValue Apply(BsonValue? old, UpdateTarget target)
    {
        if (old is not (null or BsonArray))
        {
            throw Failure.BadValue($"The field '{target.Path}' must be an array but is of type {Failure.TypeName(old)} in document {target.Id}");
        }

        var values = (old as BsonArray)?.ToList() ?? [];
        values.InsertRange(Start(values.Count), items.Select(item => item.DeepClone()));
        IEnumerable<BsonValue> result = sort is null ? values : values.Order(sort);

        return new BsonArray(slice switch
        {
            null => result,
            >= 0 => result.Take((int)Math.Min(slice.Value, values.Count)),
            _ => result.TakeLast((int)Math.Min(-slice.Value, values.Count)),
        });
    }

    private int Start(int count) => (int)(position switch
    {
        null => count,
        >= 0 => Math.Min(position.Value, count),
        _ => Math.Max(0, count + position.Value),
    });
}
