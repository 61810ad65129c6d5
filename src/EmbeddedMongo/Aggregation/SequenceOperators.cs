using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Updates;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Arrays side by side, in order, and their first, last, least or greatest elements.</summary>
internal static class SequenceOperators
{
    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Special("$zip", ParseZip),
        Operators.Special("$sortArray", ParseSort),
        Several("$firstN", 5787801), Several("$lastN", 5787801), Several("$minN", 5787900), Several("$maxN", 5787900),
    ];

    private static KeyValuePair<string, OperatorParse> Several(string name, int code) => Operators.Special(name, (argument, names) =>
    {
        var (count, input) = SeveralAccumulator.ParseArguments(name, argument, code, names);

        return new Special(scope =>
        {
            var several = SeveralAccumulator.Create(name, SeveralAccumulator.CountOf(count.Evaluate(scope)), names.Context.Collation);

            foreach (var item in input.Evaluate(scope) as BsonArray ?? throw Failure.Located(5788200, "Input must be an array"))
            {
                several.Add(item);
            }

            return several.Result;
        });
    });

    private static Special ParseZip(BsonValue argument, Names names)
    {
        var named = Operators.Named("$zip", argument, 34460, 34464, "inputs", "defaults", "useLongestLength");
        var inputs = Listed(named, "inputs", 34461, names);
        var defaults = Listed(named, "defaults", 34462, names);
        var isLongest = named.Find("useLongestLength") switch
        {
            null => false,
            BsonBoolean flag => flag.Value,
            _ => throw Failure.Located(34463, "useLongestLength must be a bool"),
        };

        if (inputs.Length == 0)
        {
            throw Failure.Located(34465, "$zip requires at least one input array");
        }

        if (defaults.Length > 0 && (!isLongest || defaults.Length != inputs.Length))
        {
            throw isLongest ? Failure.Located(34467, "defaults and inputs must have the same length")
                : Failure.Located(34466, "cannot specify defaults unless useLongestLength is true");
        }

        return new(scope =>
        {
            var arrays = new BsonArray[inputs.Length];

            for (var i = 0; i < inputs.Length; i++)
            {
                var value = inputs[i].Evaluate(scope);

                if (Expression.IsNullish(value))
                {
                    return BsonNull.Value;
                }

                arrays[i] = value as BsonArray ?? throw Failure.Located(34468, $"$zip found a non-array expression in input: {Failure.Show(value!)}");
            }

            var (least, most) = (arrays.Min(a => a.Count), arrays.Max(a => a.Count));
            ArrayOperators.CheckCount((long)arrays.Length * (isLongest ? most : least));
            var fills = least == most ? [] : Array.ConvertAll(defaults, d => d.Evaluate(scope) ?? BsonNull.Value);
            return new BsonArray(Enumerable.Range(0, isLongest ? most : least).Select(row => new BsonArray(arrays.Select((array, column) =>
                row < array.Count ? array[row] : column < fills.Length ? fills[column] : BsonNull.Value))));
        });
    }

    private static Expression[] Listed(BsonDocument named, string name, int code, Names names) => named.Find(name) switch
    {
        null => [],
        BsonArray array => [.. array.Select(item => ExpressionParser.Parse(item, names))],
        var other => throw Failure.Located(code, $"{name} must be an array of expressions, found {Failure.TypeName(other)}"),
    };

    private static Special ParseSort(BsonValue argument, Names names)
    {
        var named = Operators.Named("$sortArray", argument, 2942500, 2942501, "input", "sortBy");
        var input = Operators.Required(named, "$sortArray", "input", 2942502, names);
        var order = OrderOf(named.Find("sortBy") ?? throw Failure.Located(2942503, "$sortArray requires 'sortBy' to be specified"), names.Context.Collation);

        return new(scope => input.Evaluate(scope) switch
        {
            null or BsonNull or BsonUndefined => BsonNull.Value,
            BsonArray array => new BsonArray(array.Order(order)),
            var other => throw Failure.Located(2942504, $"The input argument to $sortArray must be an array, but was of type: {Failure.TypeName(other)}"),
        });
    }

    private static Comparer<BsonValue> OrderOf(BsonValue sortBy, Collation collation)
    {
        if (!sortBy.IsNumeric && sortBy is not BsonDocument)
        {
            throw Failure.Located(2942507, "The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields");
        }

        try
        {
            return ElementOrder.Parse(sortBy, collation);
        }
        catch (MongoError error) when (error.Code == 2)
        {
            throw Failure.Located(sortBy is BsonDocument ? 2942505 : 2942506, error.Message);
        }
    }
}
