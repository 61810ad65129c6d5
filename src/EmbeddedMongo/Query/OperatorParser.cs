using System.Collections.Frozen;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>Reads the conditions on one field.</summary>
internal static class OperatorParser
{
    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$type", "$mod", "$size", "$all", "$elemMatch", "$regex", "$options",
        "$bitsAllSet", "$bitsAllClear", "$bitsAnySet", "$bitsAnyClear", "$near", "$nearSphere", "$geoNear", "$geoWithin", "$within", "$geoIntersects");

    public static Filter ParseField(string path, BsonValue value, QueryContext context) => value switch
    {
        BsonDocument document when IsOperators(document) => ParseOperators(path, document, context),
        BsonRegularExpression regex => new PathFilter(path, new RegexTest(regex.Pattern, regex.Options)),
        _ => new PathFilter(path, Equal(value, context)),
    };

    /// <summary>Whether the document holds operators rather than being a value. A database reference is a value.</summary>
    public static bool IsOperators(BsonDocument document) =>
        document.ElementCount > 0 && document.GetElement(0).Name.StartsWith('$')
        && !(document.Contains("$ref") && document.Contains("$id"));

    public static Filter ParseOperators(string path, BsonDocument operators, QueryContext context)
    {
        var all = new List<Filter>(operators.ElementCount);

        foreach (var (name, value) in operators)
        {
            if (Parse(path, name, value, operators, context) is { } filter)
            {
                all.Add(filter);
            }
        }

        return FilterParser.All(all);
    }

    private static Filter? Parse(string path, string name, BsonValue value, BsonDocument operators, QueryContext context) => name switch
    {
        "$eq" => new PathFilter(path, Equal(value, context)),
        "$ne" => value is BsonRegularExpression ? throw Failure.BadValue("Can't have regex as arg to $ne.") : Not(path, Equal(value, context)),
        "$gt" => new PathFilter(path, Range(path, value, context, greater: true, orEqual: false)),
        "$gte" => new PathFilter(path, Range(path, value, context, greater: true, orEqual: true)),
        "$lt" => new PathFilter(path, Range(path, value, context, greater: false, orEqual: false)),
        "$lte" => new PathFilter(path, Range(path, value, context, greater: false, orEqual: true)),
        "$in" => new PathFilter(path, In(name, value, context)),
        "$nin" => Not(path, In(name, value, context)),
        "$exists" => IsTrue(value) ? new PathFilter(path, new ExistsTest()) : Not(path, new ExistsTest()),
        "$type" => new PathFilter(path, new TypeTest(TypeNames.ParseSet(value))),
        "$not" => ParseNot(path, value, context),
        "$mod" => new PathFilter(path, Mod(value)),
        "$size" => new PathFilter(path, Size(value)),
        "$all" => ParseAll(path, value, context),
        "$elemMatch" => new PathFilter(path, ElemMatch(value, context)),
        "$regex" => new PathFilter(path, RegexOf(operators)),
        "$options" => operators.Contains("$regex") ? null : throw Failure.BadValue("$options needs a $regex"),
        "$comment" => null,
        "$bitsAllSet" or "$bitsAllClear" or "$bitsAnySet" or "$bitsAnyClear" => new PathFilter(path, BitsTest.Parse(name, value)),
        "$near" or "$nearSphere" or "$geoNear" or "$geoWithin" or "$within" or "$geoIntersects" => throw Failure.NotSupported(name),
        _ => throw Failure.BadValue($"unknown operator: {name}"),
    };

    private static NotFilter Not(string path, ElementTest test) => new(new PathFilter(path, test));

    private static EqualTest Equal(BsonValue value, QueryContext context) =>
        value is BsonUndefined ? throw Failure.BadValue("cannot compare to undefined") : new(value, context.Collation);

    private static RangeTest Range(string path, BsonValue value, QueryContext context, bool greater, bool orEqual) => value switch
    {
        BsonUndefined => throw Failure.BadValue("cannot compare to undefined"),
        BsonRegularExpression => throw Failure.BadValue($"Can't have RegEx as arg to predicate over field '{path}'."),
        _ => new(value, greater, orEqual, context.Collation),
    };

    private static InTest In(string name, BsonValue value, QueryContext context)
    {
        var array = value as BsonArray ?? throw Failure.BadValue($"{name} needs an array");
        var values = new List<BsonValue>(array.Count);
        var patterns = new List<RegexTest>();

        foreach (var item in array)
        {
            switch (item)
            {
                case BsonDocument document when IsOperators(document):
                    throw Failure.BadValue($"cannot nest $ under {name}");
                case BsonUndefined:
                    throw Failure.BadValue("InMatchExpression equality cannot be undefined");
                case BsonRegularExpression regex:
                    patterns.Add(new(regex.Pattern, regex.Options));
                    values.Add(item);
                    break;
                default:
                    values.Add(item);
                    break;
            }
        }

        return new(values, [.. patterns], context.Collation);
    }

    private static bool IsTrue(BsonValue value) => value switch
    {
        BsonBoolean boolean => boolean.Value,
        BsonNull or BsonUndefined => false,
        _ => !value.IsNumeric || Number.Compare(value, (BsonInt32)0) != 0,
    };

    private static NotFilter ParseNot(string path, BsonValue value, QueryContext context) => value switch
    {
        BsonRegularExpression regex => Not(path, new RegexTest(regex.Pattern, regex.Options)),
        BsonDocument { ElementCount: 0 } => throw Failure.BadValue("$not cannot be empty"),
        BsonDocument operators => new(ParseOperators(path, operators, context)),
        _ => throw Failure.BadValue("$not needs a regex or a document"),
    };

    private static ModTest Mod(BsonValue value)
    {
        var array = value as BsonArray ?? throw Failure.BadValue("malformed mod, needs to be an array");

        if (array.Count != 2)
        {
            throw Failure.BadValue($"malformed mod, {(array.Count < 2 ? "not enough" : "too many")} elements");
        }

        if (!Number.TryTruncate(array[0], out var divisor) || !Number.TryTruncate(array[1], out var remainder))
        {
            throw Failure.BadValue("malformed mod, divisor and remainder must be numbers that fit 64 bits");
        }

        return divisor != 0 ? new(divisor, remainder) : throw Failure.BadValue("divisor cannot be 0");
    }

    private static SizeTest Size(BsonValue value)
    {
        if (!value.IsNumeric || !Number.TryToLong(value, out var size) || size > int.MaxValue)
        {
            throw Failure.BadValue($"Failed to parse $size. Expected an integer in: $size: {Failure.Show(value)}");
        }

        return size >= 0 ? new(size) : throw Failure.BadValue($"Failed to parse $size. Expected a non-negative number in: $size: {size}");
    }

    private static Filter ParseAll(string path, BsonValue value, QueryContext context)
    {
        var array = value as BsonArray ?? throw Failure.BadValue("$all needs an array");
        var all = new List<Filter>(array.Count);
        var ofElements = array.Count > 0 && FirstName(array[0]) == "$elemMatch";

        foreach (var item in array)
        {
            if (ofElements)
            {
                all.Add(new PathFilter(path, FirstName(item) == "$elemMatch" ? ElemMatch(item[0], context)
                    : throw Failure.BadValue("$all/$elemMatch has to be consistent")));
            }
            else if (item is BsonRegularExpression regex)
            {
                all.Add(new PathFilter(path, new RegexTest(regex.Pattern, regex.Options)));
            }
            else
            {
                all.Add(new PathFilter(path, FirstName(item) is { } name && Known.Contains(name)
                    ? throw Failure.BadValue("no $ expressions in $all")
                    : Equal(item, context)));
            }
        }

        return all.Count == 0 ? new ConstantFilter(false) : FilterParser.All(all);
    }

    private static string? FirstName(BsonValue value) => value is BsonDocument { ElementCount: > 0 } document ? document.GetElement(0).Name : null;

    public static ElemMatchTest ElemMatch(BsonValue value, QueryContext context)
    {
        var document = value as BsonDocument ?? throw Failure.BadValue("$elemMatch needs an Object");

        // Unlike elsewhere, one field of a database reference is enough to make it no operators.
        var ofFields = FirstName(document)?.StartsWith('$') != true || FilterParser.IsOperator(FirstName(document)!)
            || document.Contains("$ref") || document.Contains("$id") || document.Contains("$db");
        return new(ofFields ? FilterParser.ParseNested(document, context) : ParseOperators("", document, context), ofFields);
    }

    private static RegexTest RegexOf(BsonDocument operators)
    {
        var (pattern, options) = ("", "");

        foreach (var (name, value) in operators)
        {
            if (name == "$regex")
            {
                pattern = value switch
                {
                    BsonString text => text.Value,
                    BsonRegularExpression regex => regex.Pattern,
                    _ => throw Failure.BadValue("$regex has to be a string"),
                };

                if (value is BsonRegularExpression { Options.Length: > 0 } typed)
                {
                    options = options.Length == 0 ? typed.Options : throw Failure.Located(51074, "options set in both $regex and $options");
                }
            }
            else if (name == "$options")
            {
                var given = value as BsonString ?? throw Failure.BadValue("$options has to be a string");
                options = options.Length == 0 ? given.Value : throw Failure.Located(51075, "options set in both $regex and $options");
            }
        }

        return new(pattern, options);
    }
}
