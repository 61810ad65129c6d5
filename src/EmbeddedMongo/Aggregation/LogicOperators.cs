using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Comparison, truth and choice.</summary>
internal static class LogicOperators
{
    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Special("$literal", (argument, _) => new Literal(argument)),
        Operators.Special("$const", (argument, _) => new Literal(argument)),
        Operators.Special("$expr", ExpressionParser.Parse),
        Operators.Special("$meta", (argument, _) => argument is not BsonString ? throw Failure.Located(17307, "$meta only supports string arguments") : Documents.IsTextScore(new BsonDocument("$meta", argument))
            ? new Special(scope => scope.Document.Find(Documents.TextScore))
            : throw Failure.Located(17308, $"Unsupported argument to $meta: {argument}")),
        Comparison("$cmp", order => Math.Sign(order)), Comparison("$eq", order => (BsonBoolean)(order == 0)), Comparison("$ne", order => (BsonBoolean)(order != 0)),
        Comparison("$gt", order => (BsonBoolean)(order > 0)), Comparison("$gte", order => (BsonBoolean)(order >= 0)),
        Comparison("$lt", order => (BsonBoolean)(order < 0)), Comparison("$lte", order => (BsonBoolean)(order <= 0)),
        Operators.Of("$not", a => (BsonBoolean)!Expression.IsTrue(a)),
        Operators.Special("$and", ParseAnd),
        Operators.Special("$or", ParseOr),
        Operators.Special("$cond", ParseCond),
        Operators.Special("$ifNull", ParseIfNull),
        Operators.Special("$switch", ParseSwitch),
        Operators.Special("$let", ParseLet),
    ];

    /// <summary>The order of values, missing ones first.</summary>
    public static int Compare(BsonValue? a, BsonValue? b, Collation collation) => collation.Compare(a ?? BsonUndefined.Value, b ?? BsonUndefined.Value);

    private static KeyValuePair<string, OperatorParse> Comparison(string name, Func<int, BsonValue> answer) =>
        Operators.Of(name, 2, 2, (values, collation) => answer(Compare(values[0], values[1], collation)));

    private static Special ParseAnd(BsonValue argument, Names names)
    {
        var all = ExpressionParser.ParseArguments(argument, names);
        return new(scope => (BsonBoolean)Array.TrueForAll(all, e => Expression.IsTrue(e.Evaluate(scope))));
    }

    private static Special ParseOr(BsonValue argument, Names names)
    {
        var any = ExpressionParser.ParseArguments(argument, names);
        return new(scope => (BsonBoolean)Array.Exists(any, e => Expression.IsTrue(e.Evaluate(scope))));
    }

    private static Special ParseCond(BsonValue argument, Names names)
    {
        Expression[] parts;

        if (argument is BsonDocument)
        {
            var named = Operators.Named("$cond", argument, 17083, 17083, "if", "then", "else");
            parts =
            [
                Operators.Required(named, "$cond", "if", 17080, names), Operators.Required(named, "$cond", "then", 17081, names),
                Operators.Required(named, "$cond", "else", 17082, names),
            ];
        }
        else
        {
            parts = Operators.Arguments("$cond", argument, names, 3, 3);
        }

        return new(scope => parts[Expression.IsTrue(parts[0].Evaluate(scope)) ? 1 : 2].Evaluate(scope));
    }

    private static Special ParseIfNull(BsonValue argument, Names names)
    {
        var choices = ExpressionParser.ParseArguments(argument, names);

        if (choices.Length < 2)
        {
            throw Failure.Located(1257300, $"$ifNull needs at least two arguments, had: {choices.Length}");
        }

        return new(scope =>
        {
            for (var i = 0; i < choices.Length - 1; i++)
            {
                if (choices[i].Evaluate(scope) is { } value && !Expression.IsNullish(value))
                {
                    return value;
                }
            }

            return choices[^1].Evaluate(scope);
        });
    }

    private static Special ParseSwitch(BsonValue argument, Names names)
    {
        var named = Operators.Named("$switch", argument, 40060, 40067, "branches", "default");
        var fallback = Operators.Optional(named, "default", names);
        var branches = new List<(Expression Case, Expression Then)>();
        var reached = names;

        foreach (var item in (named.Find("branches") ?? new BsonArray()) as BsonArray ?? throw Failure.Located(40061, "$switch expected an array for 'branches'"))
        {
            var branch = Operators.Named("$switch", item, 40062, 40063, "case", "then");
            var when = Operators.Required(branch, "$switch", "case", 40064, reached);

            // What constants rule out is checked, but not calculated.
            var then = Operators.Required(branch, "$switch", "then", 40065, when is Literal { Value: var no } && !Expression.IsTrue(no) ? names.Unfolded : reached);
            reached = when is Literal { Value: var yes } && Expression.IsTrue(yes) ? names.Unfolded : reached;
            branches.Add((when, then));
        }

        if (branches.Count == 0)
        {
            throw Failure.Located(40068, "$switch requires at least one branch.");
        }

        if (fallback is null && names.Folds && branches.TrueForAll(b => b.Case is Literal { Value: var never } && !Expression.IsTrue(never)))
        {
            throw Failure.Located(40069, "One cannot execute a switch statement where all the cases evaluate to false without a default.");
        }

        return new(scope =>
        {
            foreach (var (when, then) in branches)
            {
                if (Expression.IsTrue(when.Evaluate(scope)))
                {
                    return then.Evaluate(scope);
                }
            }

            return fallback is not null ? fallback.Evaluate(scope)
                : throw Failure.Located(40066, "$switch could not find a matching branch for an input, and no default was specified.");
        });
    }

    private static Special ParseLet(BsonValue argument, Names names)
    {
        var named = Operators.Named("$let", argument, 16874, 16875, "vars", "in");
        var variables = new List<(string Name, Expression Value)>();
        var inner = names;

        var vars = named.Find("vars") ?? throw Failure.Located(16876, "Missing 'vars' parameter to $let");

        foreach (var (name, value) in vars as BsonDocument ?? throw Failure.Located(10065, $"invalid parameter: expected an object (vars), found {Failure.TypeName(vars)}"))
        {
            inner = inner.With(CheckVariable(name));
            variables.Add((name, ExpressionParser.Parse(value, names)));
        }

        var body = Operators.Required(named, "$let", "in", 16877, inner);

        return new(scope =>
        {
            var within = scope;

            foreach (var (name, value) in variables)
            {
                within = within.With(name, value.Evaluate(scope));
            }

            return body.Evaluate(within);
        });
    }

    /// <summary>A variable that is read may also be one of the system's.</summary>
    public static string CheckLetters(string name) =>
        !char.IsAsciiLetter(name[0]) && name[0] <= 127 ? throw Failure.FailedToParse($"'{name}' starts with an invalid character for a variable name")
        : name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_' || c > 127) ? name
        : throw Failure.FailedToParse($"'{name}' contains an invalid character for a variable name");

    /// <summary>Variables that users name begin with a small letter, so that they never hide the system's.</summary>
    public static string CheckVariable(string name)
    {
        if (name == "CURRENT")
        {
            throw Failure.NotSupported("another meaning of $$CURRENT");
        }

        if (name.Length == 0)
        {
            throw Failure.FailedToParse("empty variable names are not allowed");
        }

        if (!char.IsAsciiLetterLower(name[0]) && name[0] <= 127)
        {
            throw Failure.FailedToParse($"'{name}' starts with an invalid character for a user variable name");
        }

        return CheckLetters(name);
    }
}
