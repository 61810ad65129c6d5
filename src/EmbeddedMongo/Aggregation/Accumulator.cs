using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Gathers one value over the documents of a group; null stands for a missing value.</summary>
internal abstract class Accumulator
{
    public abstract BsonValue Result { get; }

    public abstract void Add(BsonValue? value);

    public static Func<Accumulator> Find(string name, Collation collation) => name switch
    {
        "$sum" or "$count" => () => new SumAccumulator(),
        "$avg" => () => new AverageAccumulator(),
        "$min" => () => new ExtremeAccumulator(-1, collation),
        "$max" => () => new ExtremeAccumulator(1, collation),
        "$first" => () => new FirstAccumulator(),
        "$last" => () => new LastAccumulator(),
        "$push" => () => new PushAccumulator(),
        "$addToSet" => () => new SetAccumulator(collation),
        "$mergeObjects" => () => new MergeAccumulator(),
        "$stdDevPop" or "$stdDevSamp" or "$firstN" or "$lastN" or "$minN" or "$maxN" or "$top" or "$topN" or "$bottom" or "$bottomN"
            or "$median" or "$percentile" or "$accumulator" => throw Failure.NotSupported($"the accumulator {name}"),
        _ => throw Failure.Located(15952, $"unknown group operator '{name}'"),
    };
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
            _extreme = value;
        }
    }
}

internal sealed class FirstAccumulator : Accumulator
{
    private BsonValue? _first;

    public override BsonValue Result => _first ?? BsonNull.Value;

    public override void Add(BsonValue? value) => _first ??= value ?? BsonNull.Value;
}

internal sealed class LastAccumulator : Accumulator
{
    private BsonValue? _last;

    public override BsonValue Result => _last ?? BsonNull.Value;

    public override void Add(BsonValue? value) => _last = value;
}

internal sealed class PushAccumulator : Accumulator
{
    private readonly BsonArray _values = [];

    public override BsonValue Result => _values;

    public override void Add(BsonValue? value)
    {
        if (value is not null)
        {
            _values.Add(value);
        }
    }
}

internal sealed class SetAccumulator(Collation collation) : Accumulator
{
    private readonly HashSet<BsonValue> _values = new(collation.Equality);

    public override BsonValue Result => new BsonArray(_values);

    public override void Add(BsonValue? value)
    {
        if (value is not null)
        {
            _values.Add(value);
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
