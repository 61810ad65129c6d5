using System.Collections.Frozen;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>Reads filter documents: fields, and the operators that stand where a field would.</summary>
internal static class FilterParser
{
    private static readonly FrozenSet<string> Operators = FrozenSet.Create(
        "$and", "$or", "$nor", "$comment", "$expr", "$text", "$where", "$jsonSchema", "$sampleRate", "$alwaysTrue", "$alwaysFalse", "$ref", "$db", "$id");

    private static readonly Filter Everything = new ConstantFilter(true);

    public static Filter Parse(BsonDocument filter, QueryContext context) => Parse(filter, context, isTop: true);

    /// <summary>A filter for documents inside arrays, where some operators are not allowed.</summary>
    public static Filter ParseNested(BsonDocument filter, QueryContext context) => Parse(filter, context, isTop: false);

    /// <summary>Whether an operator stands where a field would, and not within one.</summary>
    public static bool IsOperator(string name) => Operators.Contains(name);

    public static Filter All(List<Filter> filters) => filters.Count switch
    {
        0 => Everything,
        1 => filters[0],
        _ => new AndFilter([.. filters]),
    };

    // As in MongoDB, one alternative is no alternative, and several values of one field are an $in: both leave a position behind.
    private static Filter Any(List<Filter> filters, QueryContext context)
    {
        if (filters.Count == 1)
        {
            return filters[0];
        }

        var path = (filters[0] as PathFilter)?.Path;
        var tests = filters.ConvertAll(f => f is PathFilter equality && equality.Path == path ? equality.Test : null);
        return tests.TrueForAll(t => t is RegexTest or EqualTest { Operand: not BsonRegularExpression })
            ? new PathFilter(path!, new InTest(tests.OfType<EqualTest>().Select(t => t.Operand), [.. tests.OfType<RegexTest>()], context.Collation))
            : new OrFilter([.. filters]);
    }

    private static Filter Parse(BsonDocument filter, QueryContext context, bool isTop)
    {
        var all = new List<Filter>(filter.ElementCount);

        foreach (var (name, value) in filter)
        {
            if (!name.StartsWith('$'))
            {
                all.Add(OperatorParser.ParseField(name, value, context));
            }
            else if (ParseOperator(name, value, context, isTop) is { } parsed)
            {
                all.Add(parsed);
            }
        }

        return All(all);
    }

    private static Filter? ParseOperator(string name, BsonValue value, QueryContext context, bool isTop) => name switch
    {
        "$and" => All(ParseEach(name, value, context, isTop)),
        "$or" => Any(ParseEach(name, value, context, isTop), context),
        "$nor" => new NotFilter(new OrFilter([.. ParseEach(name, value, context, isTop)])),
        "$comment" => null,
        "$expr" when isTop => new ExpressionFilter(ExpressionParser.Parse(value, context)),
        "$expr" or "$text" or "$where" or "$sampleRate" when !isTop => throw Failure.BadValue($"{name} can only be applied to the top-level document"),
        "$alwaysTrue" or "$alwaysFalse" => value.IsNumeric && Number.Compare(value, (BsonInt32)1) == 0
            ? new ConstantFilter(name == "$alwaysTrue")
            : throw Failure.FailedToParse($"{name} must be an integer value of 1"),
        "$ref" or "$db" => new PathFilter(name, new EqualTest(value, Collation.Simple)),
        "$id" => new PathFilter(name, new EqualTest(value, context.Collation)),
        "$text" or "$where" or "$jsonSchema" or "$sampleRate" => throw Failure.NotSupported($"{name} here"),
        "$not" => throw Failure.BadValue("unknown top level operator: $not. If you are trying to negate an entire expression, use $nor."),
        _ => throw Failure.BadValue($"unknown top level operator: {name}. If you have a field name that starts with a '$' symbol, "
            + "consider using $getField or $setField."),
    };

    private static List<Filter> ParseEach(string name, BsonValue value, QueryContext context, bool isTop)
    {
        if (value is not BsonArray array)
        {
            throw Failure.BadValue($"{name} must be an array");
        }

        if (array.Count == 0)
        {
            throw Failure.BadValue("$and/$or/$nor must be a nonempty array");
        }

        var each = new List<Filter>(array.Count);

        foreach (var item in array)
        {
            each.Add(Parse(item as BsonDocument ?? throw Failure.BadValue("$or/$and/$nor entries need to be full objects"), context, isTop));
        }

        return each;
    }
}
