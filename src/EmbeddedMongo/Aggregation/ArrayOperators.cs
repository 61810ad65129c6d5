using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Arrays, by their elements.</summary>
internal static class ArrayOperators
{
    // More than fit in any document.
    private const int MostElements = 8_000_000;

    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Of("$size", a => a is BsonArray array ? array.Count
            : throw Failure.Located(17124, $"The argument to $size must be an array, but was of type: {Failure.TypeName(a)}")),
        Operators.Of("$isArray", a => (BsonBoolean)(a is BsonArray)),
        Operators.Of("$arrayElemAt", ElementAt),
        Operators.Of("$first", a => OrNull("$first", a, 28689, array => array.Count > 0 ? array[0] : null)),
        Operators.Of("$last", a => OrNull("$last", a, 28689, array => array.Count > 0 ? array[^1] : null)),
        Operators.Of("$reverseArray", a => OrNull("$reverseArray", a, 34435, array => new BsonArray(array.Reverse()))),
        Operators.Of("$in", 2, 2, (values, collation) => values[1] is BsonArray array
            ? (BsonBoolean)array.Contains(values[0] ?? BsonUndefined.Value, collation.Equality)
            : throw Failure.Located(40081, $"$in requires an array as a second argument, found: {Failure.TypeName(values[1])}")),
        Operators.Of("$indexOfArray", 2, 4, (values, collation) => OrNull("$indexOfArray", values[0], 40090, array => IndexOf(array, values, collation))),
        Operators.Of("$concatArrays", 0, int.MaxValue, Concat),
        Operators.Of("$slice", 2, 3, Slice),
        Operators.Of("$range", 2, 3, Range),
        Operators.Special("$filter", ParseFilter),
        Operators.Special("$map", ParseMap),
        Operators.Special("$reduce", ParseReduce),
        Aggregate("$sum"), Aggregate("$avg"), Aggregate("$min"), Aggregate("$max"),
        Aggregate("$stdDevPop"), Aggregate("$stdDevSamp"),
    ];

    private static BsonValue? OrNull(string name, BsonValue? value, int code, Func<BsonArray, BsonValue?> function) => value switch
    {
        null or BsonNull or BsonUndefined => BsonNull.Value,
        BsonArray array => function(array),
        _ => throw Failure.Located(code, $"{name}'s argument must be an array, but is {Failure.TypeName(value)}"),
    };

    private static BsonValue? ElementAt(BsonValue? value, BsonValue? index)
    {
        if (Expression.IsNullish(value) || Expression.IsNullish(index))
        {
            return BsonNull.Value;
        }

        var array = value as BsonArray
            ?? throw Failure.Located(28689, $"$arrayElemAt's first argument must be an array, but is {Failure.TypeName(value)}");
        var at = Whole("$arrayElemAt", index!, 28690, 28691);
        at = at < 0 ? at + array.Count : at;
        return at >= 0 && at < array.Count ? array[(int)at] : null;
    }

    private static BsonInt32 IndexOf(BsonArray array, BsonValue?[] values, Collation collation)
    {
        var start = values.Length > 2 ? StringOperators.Index("$indexOfArray", values[2]) : 0;
        var end = values.Length > 3 ? Math.Min(StringOperators.Index("$indexOfArray", values[3]), array.Count) : array.Count;

        for (var i = start; i < end; i++)
        {
            if (LogicOperators.Compare(array[i], values[1], collation) == 0)
            {
                return i;
            }
        }

        return -1;
    }

    private static BsonValue Concat(BsonValue?[] values)
    {
        var result = new BsonArray();

        foreach (var value in values)
        {
            if (Expression.IsNullish(value))
            {
                return BsonNull.Value;
            }

            var array = value as BsonArray ?? throw Failure.Located(28664, $"$concatArrays only supports arrays, not {Failure.TypeName(value)}");

            CheckCount(result.Count + (long)array.Count);
            result.AddRange(array);
        }

        return result;
    }

    public static void CheckCount(long count)
    {
        if (count > MostElements)
        {
            throw Failure.NotSupported($"an array of more than {MostElements} elements");
        }
    }

    private static BsonValue? Slice(BsonValue?[] values)
    {
        if (Expression.IsNullish(values[1]))
        {
            return BsonNull.Value;
        }

        return OrNull("$slice", values[0], 28724, array =>
        {
            var first = Whole("$slice", values[1]!, 28725, 28726);

            if (values.Length == 2)
            {
                return new BsonArray(first >= 0 ? array.Take((int)Math.Min(first, array.Count)) : array.TakeLast((int)Math.Min(-first, array.Count)));
            }

            if (Expression.IsNullish(values[2]))
            {
                return BsonNull.Value;
            }

            var count = Whole("$slice", values[2]!, 28727, 28728);
            var start = first >= 0 ? Math.Min(first, array.Count) : Math.Max(0, first + array.Count);
            return count > 0
                ? new BsonArray(array.Skip((int)start).Take((int)Math.Min(count, array.Count)))
                : throw Failure.Located(28729, $"Third argument to $slice must be positive: {count}");
        });
    }

    private static BsonArray Range(BsonValue?[] values)
    {
        long Argument(int i) => Whole("$range", values[i] ?? BsonNull.Value, 34443 + (2 * i), 34444 + (2 * i));

        var (start, end, step) = (Argument(0), Argument(1), values.Length > 2 ? Argument(2) : 1);

        if (step == 0)
        {
            throw Failure.Located(34449, "$range requires a non-zero step value");
        }

        if ((end - start) / step > 1_000_000)
        {
            throw Failure.NotSupported("a $range of more than a million numbers");
        }

        var result = new BsonArray();

        for (var i = start; step > 0 ? i < end : i > end; i += step)
        {
            result.Add((int)i);
        }

        return result;
    }

    private static long Whole(string name, BsonValue value, int ofType, int ofRange) =>
        value.IsNumeric && Number.TryToLong(value, out var whole) && whole is >= int.MinValue and <= int.MaxValue
            ? whole
            : throw Failure.Located(value.IsNumeric ? ofRange : ofType, $"{name} needs a 32-bit whole number here, but got {Failure.Show(value)}");

    private static Special ParseFilter(BsonValue argument, Names names)
    {
        var named = Operators.Named("$filter", argument, 28646, 28647, "input", "as", "cond", "limit");
        var input = Operators.Required(named, "$filter", "input", 28648, names);
        var variable = Variable(named);
        var condition = Operators.Required(named, "$filter", "cond", 28650, names.With(variable));
        var limit = named.Find("limit") is { } given ? ExpressionParser.Parse(given, names) : null;

        return new(scope => OrNull("$filter", input.Evaluate(scope), 28651, array =>
        {
            if (array.Count == 0)
            {
                return array;
            }

            var most = limit?.Evaluate(scope) is { } value and not (BsonNull or BsonUndefined) ? Whole("$filter", value, 327391, 327391) : array.Count;

            if (most < 1)
            {
                throw Failure.Located(327392, "$filter: limit must be represented as a 32-bit integral value greater than 0");
            }

            return new BsonArray(array.Where(item => Expression.IsTrue(condition.Evaluate(scope.With(variable, item)))).Take((int)most));
        }));
    }

    private static Special ParseMap(BsonValue argument, Names names)
    {
        var named = Operators.Named("$map", argument, 16878, 16879, "input", "as", "in");
        var input = Operators.Required(named, "$map", "input", 16880, names);
        var variable = Variable(named);
        var body = Operators.Required(named, "$map", "in", 16882, names.With(variable));

        return new(scope => OrNull("$map", input.Evaluate(scope), 16883,
            array => new BsonArray(array.Select(item => body.Evaluate(scope.With(variable, item)) ?? BsonNull.Value))));
    }

    private static string Variable(BsonDocument named) => !named.TryGetValue("as", out var name) ? "this"
        : name is BsonString text ? LogicOperators.CheckVariable(text.Value)
        : throw Failure.FailedToParse("empty variable names are not allowed");

    private static Special ParseReduce(BsonValue argument, Names names)
    {
        var named = Operators.Named("$reduce", argument, 40075, 40076, "input", "initialValue", "in");
        var input = Operators.Required(named, "$reduce", "input", 40077, names);
        var initial = Operators.Required(named, "$reduce", "initialValue", 40078, names);
        var body = Operators.Required(named, "$reduce", "in", 40079, names.With("this").With("value"));

        return new(scope => OrNull("$reduce", input.Evaluate(scope), 40080, array =>
            array.Aggregate(initial.Evaluate(scope), (value, item) => body.Evaluate(scope.With("this", item).With("value", value)))));
    }

    /// <summary>An accumulator over its arguments, or over the elements of the one array it is given.</summary>
    private static KeyValuePair<string, OperatorParse> Aggregate(string name) =>
        Operators.Of(name, 0, int.MaxValue, (values, collation) =>
        {
            var accumulator = AccumulatorSpec.Find(name, collation)();

            foreach (var value in values is [BsonArray array] ? array : (IEnumerable<BsonValue?>)values)
            {
                accumulator.Add(value);
            }

            return accumulator.Result;
        });
}
