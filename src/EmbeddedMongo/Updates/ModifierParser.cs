using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary>Reads the argument of each update operator.</summary>
internal static class ModifierParser
{
    public static Modifier Parse(string name, string path, BsonValue argument, QueryContext context) => name switch
    {
        "$set" => new SetModifier(argument),
        "$setOnInsert" => new SetOnInsertModifier(argument),
        "$unset" => new UnsetModifier(),
        "$inc" => argument.IsNumeric ? new ArithmeticModifier(name, argument)
            : throw Failure.TypeMismatch($"Cannot increment with non-numeric argument: {{{path}: {Failure.Show(argument)}}}"),
        "$mul" => argument.IsNumeric ? new ArithmeticModifier(name, argument)
            : throw Failure.TypeMismatch($"Cannot multiply with non-numeric argument: {{{path}: {Failure.Show(argument)}}}"),
        "$min" => new MinMaxModifier(argument, -1, context.Collation),
        "$max" => new MinMaxModifier(argument, 1, context.Collation),
        "$currentDate" => ParseCurrentDate(argument),
        "$bit" => ParseBit(argument),
        "$push" => PushParser.Parse(argument, context.Collation),
        "$addToSet" => ParseAddToSet(argument, context.Collation),
        "$pull" => new PullModifier(name, ParsePull(argument, context)),
        "$pullAll" => ParsePullAll(argument, context.Collation),
        "$pop" => ParsePop(argument),
        _ => throw Failure.FailedToParse(
            $"Unknown modifier: {name}. Expected a valid update modifier or pipeline-style update specified as an array"),
    };

    private static CurrentDateModifier ParseCurrentDate(BsonValue argument) => argument switch
    {
        BsonBoolean => new(asTimestamp: false),
        BsonDocument { ElementCount: 1 } document when document.Find("$type") is BsonString { Value: "date" or "timestamp" } type =>
            new(type.Value == "timestamp"),
        BsonDocument => throw Failure.BadValue(
            "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}"),
        _ => throw Failure.BadValue($"{Failure.TypeName(argument)} is not valid type for $currentDate. "
            + "Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'})."),
    };

    private static BitModifier ParseBit(BsonValue argument)
    {
        var document = argument as BsonDocument ?? throw Failure.BadValue(
            "The $bit modifier is not compatible with a " + Failure.TypeName(argument)
            + ". You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}");

        if (document.ElementCount == 0)
        {
            throw Failure.BadValue("You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}");
        }

        var steps = new List<(string, BsonValue)>();

        foreach (var (operation, operand) in document)
        {
            if (operation is not ("and" or "or" or "xor"))
            {
                throw Failure.BadValue($"The $bit modifier only supports 'and', 'or', and 'xor', not '{operation}' which is an unknown operator");
            }

            steps.Add(operand is BsonInt32 or BsonInt64 ? (operation, operand)
                : throw Failure.BadValue($"The $bit modifier field must be an Integer(32/64 bit); a '{Failure.TypeName(operand)}' is not supported here"));
        }

        return new([.. steps]);
    }

    private static AddToSetModifier ParseAddToSet(BsonValue argument, Collation collation)
    {
        if (argument is not BsonDocument document || document.ElementCount == 0 || document.GetElement(0).Name != "$each")
        {
            return new([argument], collation);
        }

        if (document.ElementCount > 1)
        {
            throw Failure.BadValue($"Found unexpected fields after $each in $addToSet: {Failure.Show(document)}");
        }

        return new(document[0] as BsonArray ?? throw Failure.TypeMismatch(
            $"The argument to $each in $addToSet must be an array but it was of type {Failure.TypeName(document[0])}"), collation);
    }

    // A document is a filter for elements that are documents; operators are put to the element itself.
    private static Func<BsonValue, bool> ParsePull(BsonValue argument, QueryContext context)
    {
        if (argument is BsonDocument document && !OperatorParser.IsOperators(document))
        {
            var filter = Matcher.Compile(document, context);
            return item => item is BsonDocument inner && filter.Matches(inner);
        }

        if (argument is BsonDocument or BsonRegularExpression)
        {
            var filter = Matcher.Compile(new BsonDocument("", argument), context);
            return item => filter.Matches(new BsonDocument("", item));
        }

        return item => context.Collation.Compare(item, argument) == 0;
    }

    private static PullModifier ParsePullAll(BsonValue argument, Collation collation)
    {
        var array = argument as BsonArray
            ?? throw Failure.BadValue($"$pullAll requires an array argument but was given a {Failure.TypeName(argument)}");
        var values = new HashSet<BsonValue>(array, collation.Equality);
        return new("$pullAll", values.Contains);
    }

    private static PopModifier ParsePop(BsonValue argument)
    {
        if (!argument.IsNumeric || !Number.TryToLong(argument, out var end))
        {
            throw Failure.FailedToParse($"Expected a number in: {Failure.Show(argument)}");
        }

        return end is 1 or -1 ? new(end == -1) : throw Failure.FailedToParse($"$pop expects 1 or -1, found: {end}");
    }
}
