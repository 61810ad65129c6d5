using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>What one operator does to the value at one path.</summary>
internal abstract class Modifier
{
    /// <summary>Whether the path is made where it does not exist; otherwise there is nothing to do.</summary>
    public virtual bool Creates => true;

    /// <summary>Whether even a path that leads through a plain value is no error.</summary>
    public virtual bool AllowsDeadEnds => false;

    /// <summary>Whether MongoDB counts the document as modified even where the new value is the old one.</summary>
    public virtual bool AlwaysCounts => false;

    /// <summary>The new value, or null to leave things as they are. The old one (null: missing) may be changed and returned.</summary>
    public abstract BsonValue? Apply(BsonValue? old, UpdateTarget target);
}

/// <summary>Where a modifier works, for its messages.</summary>
internal readonly record struct UpdateTarget(BsonDocument Document, string Path, bool IsInsert)
{
    public string Id => Document.TryGetValue("_id", out var id) ? $"{{_id: {Failure.Show(id)}}}" : "{no id}";

    public string Field => Path[(Path.LastIndexOf('.') + 1)..];
}

internal sealed class SetModifier(BsonValue value) : Modifier
{
    public override BsonValue Apply(BsonValue? old, UpdateTarget target) => value.DeepClone();
}

internal sealed class SetOnInsertModifier(BsonValue value) : Modifier
{
    // Outside an insert not even the path may come to be.
    public override BsonValue Apply(BsonValue? old, UpdateTarget target) => value.DeepClone();
}

/// <summary>Removal is done by the writer, which knows what the value is in.</summary>
internal sealed class UnsetModifier : Modifier
{
    public override bool Creates => false;

    public override bool AllowsDeadEnds => true;

    public override BsonValue? Apply(BsonValue? old, UpdateTarget target) => null;
}

internal sealed class MinMaxModifier(BsonValue value, int sign, Collation collation) : Modifier
{
    public override BsonValue? Apply(BsonValue? old, UpdateTarget target) =>
        old is null || Math.Sign(collation.Compare(value, old)) == sign ? value.DeepClone() : null;
}

internal sealed class CurrentDateModifier(bool asTimestamp) : Modifier
{
    public override bool AlwaysCounts => true;

    public override BsonValue Apply(BsonValue? old, UpdateTarget target) => asTimestamp
        ? ServerTimestamp.Next()
        : new BsonDateTime(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
}
