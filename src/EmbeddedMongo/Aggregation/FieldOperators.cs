using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Fields by names that paths cannot say, and what documents and values weigh.</summary>
internal static class FieldOperators
{
    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Special("$getField", ParseGet),
        Operators.Special("$setField", (argument, names) => ParseSet("$setField", argument, names)),
        Operators.Special("$unsetField", (argument, names) => ParseSet("$unsetField", argument, names)),
        Operators.Of("$bsonSize", a => Expression.IsNullish(a) ? BsonNull.Value
            : a is BsonDocument document ? Documents.WithoutScore(document).ToBson().Length
            : throw Failure.Located(31393, $"$bsonSize requires a document input, found: {Failure.TypeName(a)}")),
        Operators.Of("$binarySize", a => a switch
        {
            null or BsonNull or BsonUndefined => BsonNull.Value,
            BsonString text => System.Text.Encoding.UTF8.GetByteCount(text.Value),
            BsonBinaryData data => data.Bytes.Length,
            _ => throw Failure.Located(51276, $"$binarySize requires a string or BinData argument, found: {Failure.TypeName(a)}"),
        }),
        Operators.Of("$tsSecond", a => Half("$tsSecond", a, 5687301, stamp => stamp >>> 32)),
        Operators.Of("$tsIncrement", a => Half("$tsIncrement", a, 5687302, stamp => stamp & uint.MaxValue)),
    ];

    private static BsonValue Half(string name, BsonValue? value, int code, Func<long, long> half) => value switch
    {
        null or BsonNull or BsonUndefined => BsonNull.Value,
        BsonTimestamp stamp => (BsonInt64)half(stamp.Value),
        _ => throw Failure.Located(code, $" Argument to {name} must be a timestamp, but is {Failure.TypeName(value)}"),
    };

    private static Special ParseGet(BsonValue argument, Names names)
    {
        Expression? field;
        Expression? input;

        if (argument is BsonDocument document && !(document.ElementCount > 0 && document.GetElement(0).Name.StartsWith('$')))
        {
            var named = Operators.Named("$getField", argument, 3041701, 3041701, "field", "input");
            field = Operators.Required(named, "$getField", "field", 3041702, names.Unfolded);
            input = Operators.Required(named, "$getField", "input", 3041703, names);
        }
        else
        {
            (field, input) = (ExpressionParser.Parse(argument, names.Unfolded), ExpressionParser.Parse("$$CURRENT", names));
        }

        var name = NameOf("$getField", field, 5654600, 5654601, 5654602);
        return new(scope => input.Evaluate(scope) switch
        {
            BsonDocument inner => inner.Find(name),
            BsonNull or BsonUndefined => BsonNull.Value,
            _ => null,
        });
    }

    private static Special ParseSet(string operation, BsonValue argument, Names names)
    {
        var isSet = operation == "$setField";
        var named = Operators.Named(operation, argument, 4161100, 4161101, isSet ? ["field", "input", "value"] : ["field", "input"]);
        var name = NameOf(operation, Operators.Required(named, operation, "field", 4161102, names.Unfolded), 4161108, 4161106, 4161107);

        if (name.Contains('\0', StringComparison.Ordinal))
        {
            throw Failure.Located(9534700, $"{operation}: 'field' cannot contain an embedded null byte");
        }

        var value = isSet ? Operators.Required(named, operation, "value", 4161103, names) : new Literal(null);
        var input = Operators.Required(named, operation, "input", 4161109, names);

        return new(scope =>
        {
            var given = input.Evaluate(scope);

            if (Expression.IsNullish(given))
            {
                return BsonNull.Value;
            }

            var changed = new BsonDocument((given as BsonDocument
                ?? throw Failure.Located(4161105, $"{operation} requires 'input' to evaluate to type Object")).Elements);

            if (value.Evaluate(scope) is { } found)
            {
                changed[name] = found;
            }
            else
            {
                changed.Remove(name);
            }

            return changed;
        });
    }

    private static string NameOf(string operation, Expression field, int ofPath, int ofVariable, int ofOther) => field switch
    {
        PathExpression => throw Failure.Located(ofPath, $"a field path reference is not allowed as the field of {operation}. Did you mean a $literal?"),
        Literal { Value: BsonString name } => name.Value,
        Literal literal => throw Failure.Located(ofOther, $"{operation} requires 'field' to evaluate to type String, but got {Failure.TypeName(literal.Value)}"),
        _ => throw Failure.Located(ofVariable, $"{operation} requires 'field' to evaluate to a constant, but got a non-constant argument"),
    };
}
