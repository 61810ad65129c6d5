using System.Collections.Frozen;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>How one operator reads its argument.</summary>
internal delegate Expression OperatorParse(BsonValue argument, Names names);

/// <summary>All expression operators by name.</summary>
internal static class Operators
{
    private static readonly FrozenDictionary<string, OperatorParse> Known = new[]
    {
        LogicOperators.All, ArithmeticOperators.All, MathOperators.All, StringOperators.All, ByteOperators.All, RegexOperators.All, ArrayOperators.All,
        SequenceOperators.All, SetOperators.All, FieldOperators.All, Conversions.All, DateOperators.All, DateBuilding.All, DateAddition.All,
        DateDistances.All,
    }.SelectMany(some => some).ToFrozenDictionary(o => o.Key, o => o.Value);

    /// <summary>MongoDB's other operators: known by name, so that they are refused as unsupported and not as unheard of.</summary>
    private static readonly FrozenSet<string> Unsupported = FrozenSet.ToFrozenSet(
        ["$accumulator", "$function", "$where", "$sampleRate", "$toHashedIndexKey", "$median", "$percentile"]);

    public static Expression Parse(string name, BsonValue argument, Names names) => Known.TryGetValue(name, out var parse)
        ? parse(argument, names)
        : throw (Unsupported.Contains(name)
            ? Failure.NotSupported($"the expression {name}")
            : new MongoError(168, "InvalidPipelineOperator", $"Unrecognized expression '{name}'"));

    /// <summary>An operator over the values of a number of arguments.</summary>
    public static KeyValuePair<string, OperatorParse> Of(string name, int least, int most, Func<BsonValue?[], BsonValue?> function) =>
        Of(name, least, most, (values, _) => function(values));

    /// <summary>One that compares strings.</summary>
    public static KeyValuePair<string, OperatorParse> Of(string name, int least, int most, Func<BsonValue?[], Collation, BsonValue?> function) =>
        Of(name, least, most, least == most ? 16020 : 28667, function);

    /// <summary>One with a code of its own for the wrong number of arguments.</summary>
    public static KeyValuePair<string, OperatorParse> Of(
        string name, int least, int most, int code, Func<BsonValue?[], Collation, BsonValue?> function) => new(name, (argument, names) =>
    {
        var arguments = Arguments(name, argument, names, least, most, code);
        BsonValue? Function(BsonValue?[] values) => function(values, names.Context.Collation);

        return !names.Folds ? new Call(arguments, Function)
            : Array.TrueForAll(arguments, a => a is Literal) ? new Literal(new Call(arguments, Function).Evaluate(Scope.Nothing))
            : new Call(ConstantFolding.Fold(name, arguments, Function), Function);
    });

    public static KeyValuePair<string, OperatorParse> Of(string name, Func<BsonValue?, BsonValue?> function) =>
        Of(name, 1, 1, values => function(values[0]));

    public static KeyValuePair<string, OperatorParse> Of(string name, Func<BsonValue?, BsonValue?, BsonValue?> function) =>
        Of(name, 2, 2, values => function(values[0], values[1]));

    /// <summary>An operator that reads its argument by itself.</summary>
    public static KeyValuePair<string, OperatorParse> Special(string name, OperatorParse parse) => new(name, parse);

    public static Expression[] Arguments(string name, BsonValue argument, Names names, int least, int most, int code = 16020)
    {
        var arguments = ExpressionParser.ParseArguments(argument, names);

        return arguments.Length >= least && arguments.Length <= most ? arguments
            : throw Failure.Located(code, least == most
                ? $"Expression {name} takes exactly {least} arguments. {arguments.Length} were passed in."
                : $"Expression {name} takes at least {least} arguments, and at most {most}, but {arguments.Length} were passed in.");
    }

    /// <summary>The named arguments of an operator that takes a document; others than those allowed are an error.</summary>
    public static BsonDocument Named(string name, BsonValue argument, int ofNoDocument, int ofUnknown, params ReadOnlySpan<string> allowed)
    {
        var document = argument as BsonDocument
            ?? throw Refusal(ofNoDocument, $"{name} only supports an object as its argument, not {Failure.TypeName(argument)}");

        foreach (var element in document)
        {
            if (!allowed.Contains(element.Name))
            {
                throw Refusal(ofUnknown, $"Unrecognized parameter to {name}: {element.Name}");
            }
        }

        return document;
    }

    public static Expression? Optional(BsonDocument arguments, string parameter, Names names) =>
        arguments.TryGetValue(parameter, out var value) ? ExpressionParser.Parse(value, names) : null;

    public static Expression Required(BsonDocument arguments, string operation, string parameter, int code, Names names) =>
        Optional(arguments, parameter, names) ?? throw Refusal(code, $"Missing '{parameter}' parameter to {operation}");

    private static MongoError Refusal(int code, string message) => code == 9 ? Failure.FailedToParse(message) : Failure.Located(code, message);
}
