using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>A field of <c>$group</c>: the accumulator and what it is given of each document.</summary>
internal sealed record AccumulatorSpec(Func<Accumulator> Create, Expression Value)
{
    public static AccumulatorSpec Parse(string name, BsonValue argument, Names names) => name switch
    {
        "$count" => argument is BsonDocument { ElementCount: 0 }
            ? new(() => new SumAccumulator(), new Literal((BsonInt32)1))
            : throw Failure.TypeMismatch("$count takes no arguments, i.e. $count:{}"),
        "$firstN" or "$lastN" => Several(name, argument, 5787801, names),
        "$minN" or "$maxN" => Several(name, argument, 5787900, names),
        "$top" or "$topN" or "$bottom" or "$bottomN" => TopAccumulator.Parse(name, argument, names),
        _ => Find(name, names.Context.Collation) is var create && argument is BsonArray
            ? throw Failure.Located(40237, $"The {name} accumulator is a unary operator")
            : new(create, ExpressionParser.Parse(argument, names)),
    };

    /// <summary>How many values to keep; one number for all groups.</summary>
    public static long CountOf(Expression count) => count is Literal { Value: var value } ? SeveralAccumulator.CountOf(value)
        : throw Failure.NotSupported("an 'n' that depends on the group");

    private static AccumulatorSpec Several(string name, BsonValue argument, int ofNoDocument, Names names)
    {
        var (n, input) = SeveralAccumulator.ParseArguments(name, argument, ofNoDocument, names);
        var count = CountOf(n);
        return new(() => SeveralAccumulator.Create(name, count, names.Context.Collation), input);
    }

    public static Func<Accumulator> Find(string name, Collation collation) => name switch
    {
        "$sum" => () => new SumAccumulator(),
        "$avg" => () => new AverageAccumulator(),
        "$min" => () => new ExtremeAccumulator(-1, collation),
        "$max" => () => new ExtremeAccumulator(1, collation),
        "$first" => () => new FirstAccumulator(),
        "$last" => () => new LastAccumulator(),
        "$push" => () => new PushAccumulator(),
        "$addToSet" => () => new SetAccumulator(collation),
        "$mergeObjects" => () => new MergeAccumulator(),
        "$stdDevPop" => () => new DeviationAccumulator(isSample: false),
        "$stdDevSamp" => () => new DeviationAccumulator(isSample: true),
        "$median" or "$percentile" or "$accumulator" => throw Failure.NotSupported($"the accumulator {name}"),
        _ => throw Failure.Located(15952, $"unknown group operator '{name}'"),
    };
}
