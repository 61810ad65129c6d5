using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Gathers one value over the documents of a group; null stands for a missing value.</summary>
internal abstract class Accumulator
{
    public abstract BsonValue Result { get; }

    /// <summary>About how many bytes are held.</summary>
    public long Weight { get; private set; }

    public abstract void Add(BsonValue? value);

    protected BsonValue Weighed(BsonValue value)
    {
        Weight += MemoryLimit.WeightOf(value);
        return Weight <= MemoryLimit.Most ? value
            : throw new MongoError(146, "ExceededMemoryLimit", $"An accumulator used too much memory and cannot spill to disk. Memory limit: {MemoryLimit.Most} bytes");
    }

    protected void Release(BsonValue? value) => Weight -= value is null ? 0 : MemoryLimit.WeightOf(value);
}

/// <summary>Smallest or greatest; null and missing do not count.</summary>
internal sealed class ExtremeAccumulator(int sign, Collation collation) : Accumulator
{
    private BsonValue? _extreme;

    public override BsonValue Result => _extreme ?? BsonNull.Value;

    public override void Add(BsonValue? value)
    {
        if (!Expression.IsNullish(value) && (_extreme is null || Math.Sign(collation.Compare(value!, _extreme)) == sign))
        {
            Release(_extreme);
            _extreme = Weighed(value!);
        }
    }
}

internal sealed class FirstAccumulator : Accumulator
{
    private BsonValue? _first;

    public override BsonValue Result => _first ?? BsonNull.Value;

    public override void Add(BsonValue? value) => _first ??= Weighed(value ?? BsonNull.Value);
}

internal sealed class LastAccumulator : Accumulator
{
    private BsonValue? _last;

    public override BsonValue Result => _last ?? BsonNull.Value;

    public override void Add(BsonValue? value)
    {
        Release(_last);
        _last = Weighed(value ?? BsonNull.Value);
    }
}

internal sealed class PushAccumulator : Accumulator
{
    private readonly BsonArray _values = [];

    public override BsonValue Result => _values;

    public override void Add(BsonValue? value)
    {
        if (value is not null)
        {
            _values.Add(Weighed(value));
        }
    }
}

internal sealed class SetAccumulator(Collation collation) : Accumulator
{
    private readonly HashSet<BsonValue> _values = new(collation.Equality);

    public override BsonValue Result => new BsonArray(_values);

    public override void Add(BsonValue? value)
    {
        if (value is not null && _values.Add(value))
        {
            Weighed(value);
        }
    }
}

internal sealed class MergeAccumulator : Accumulator
{
    private readonly BsonDocument _merged = [];

    public override BsonValue Result => _merged;

    public override void Add(BsonValue? value)
    {
        if (!Expression.IsNullish(value))
        {
            _merged.Merge(value as BsonDocument
                ?? throw Failure.Located(40400, $"$mergeObjects requires object inputs, but input {Failure.Show(value!)} is of type {Failure.TypeName(value)}"), true);
        }
    }
}

/// <summary>The standard deviation of a population or of a sample; what is no number does not count.</summary>
internal sealed class DeviationAccumulator(bool isSample) : Accumulator
{
    private long _count;
    private double _mean;
    private double _squares;

    public override BsonValue Result => _count - (isSample ? 1 : 0) is > 0 and var count ? Math.Sqrt(_squares / count) : BsonNull.Value;

    public override void Add(BsonValue? value)
    {
        if (value is not { IsNumeric: true })
        {
            return;
        }

        var number = Number.ToDouble(value);
        var delta = number - _mean;
        _count++;

        if (delta != 0)
        {
            _mean += delta / _count;
            _squares += delta * (number - _mean);
        }
    }
}
