using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>A condition on one value; null stands for a missing field.</summary>
internal abstract class ElementTest
{
    /// <summary>Whether the elements of an array at the path's end are tested too, before the array itself.</summary>
    public virtual bool EntersArrays => true;

    public abstract bool Matches(BsonValue? value);

    /// <summary>The same, telling at which position of an array it matched if it looked into one by itself; else -1.</summary>
    public virtual bool Matches(BsonValue? value, out int position)
    {
        position = -1;
        return Matches(value);
    }
}
