using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Reads expressions: paths, variables, literals, documents, arrays and operators.</summary>
internal static class ExpressionParser
{
    public static Expression Parse(BsonValue value, QueryContext context) => Parse(value, new Names(context));

    public static Expression Parse(BsonValue value, Names names) => value switch
    {
        BsonString text => ParseText(text, names),
        BsonDocument document => ParseDocument(document, names),
        BsonArray array => ArrayOf([.. array.Select(item => Parse(item, names))]),
        _ => new Literal(value),
    };

    /// <summary>An operator's arguments: an array of them, or one that stands alone.</summary>
    public static Expression[] ParseArguments(BsonValue value, Names names) =>
        value is BsonArray array ? [.. array.Select(item => Parse(item, names))] : [Parse(value, names)];

    private static Expression ArrayOf(Expression[] items) =>
        new ArrayExpression(items) is var array && Array.TrueForAll(items, i => i is Literal) ? new Literal(array.Evaluate(Scope.Nothing)) : array;

    private static Expression ParseText(BsonString text, Names names)
    {
        if (text.Value.StartsWith("$$", StringComparison.Ordinal))
        {
            return ParseVariable(text.Value[2..], names);
        }

        return text.Value.StartsWith('$') ? OfDocument(null, ParsePath(text.Value[1..]), names) : new Literal(text);
    }

    private static string[] ParsePath(string path) => path.Length == 0
        ? throw Failure.Located(16872, "'$' by itself is not a valid FieldPath")
        : Documents.CheckPath(path).Split('.');

    private static Expression ParseVariable(string text, Names names)
    {
        if (text.Length == 0)
        {
            throw Failure.FailedToParse("empty variable names are not allowed");
        }

        var dot = text.IndexOf('.', StringComparison.Ordinal);
        LogicOperators.CheckLetters(dot > 0 ? text[..dot] : text);
        var parts = Documents.CheckPath(text).Split('.');

        return parts[0] switch
        {
            "REMOVE" => new Literal(null),
            "NOW" => new Literal(PathExpression.Follow(names.Context.Now, parts.AsSpan(1))),
            "CLUSTER_TIME" => throw Failure.Located(51144, "Builtin variable '$$CLUSTER_TIME' is not available"),
            "USER_ROLES" or "SEARCH_META" => throw Failure.NotSupported($"$${parts[0]}"),
            "ROOT" or "CURRENT" => OfDocument(parts[0], parts[1..], names),
            _ when names.Contains(parts[0]) || names.Context.IsDeclared(parts[0]) => new PathExpression(parts[0], parts[1..]),
            _ when names.Context.TryFindVariable(parts[0], out var value) => new Literal(PathExpression.Follow(value, parts.AsSpan(1))),
            _ => throw Failure.Located(17276, $"Use of undefined variable: {parts[0]}"),
        };
    }

    private static PathExpression OfDocument(string? variable, string[] parts, Names names) => names.Context.HasDocument
        ? new(variable, parts)
        : throw Failure.Located(4890500, "Command let Expression tried to access a field, but this is not allowed because command let "
            + "expressions run before the query examines any documents.");

    private static Expression ParseDocument(BsonDocument document, Names names)
    {
        if (document.ElementCount > 0 && document.GetElement(0).Name.StartsWith('$'))
        {
            return document.ElementCount == 1
                ? Operators.Parse(document.GetElement(0).Name, document[0], names)
                : throw Failure.Located(15983, $"an object representing an expression must have exactly one field: {Failure.Show(document)}");
        }

        var fields = new (string, Expression)[document.ElementCount];

        for (var i = 0; i < fields.Length; i++)
        {
            var (name, value) = document.GetElement(i);

            if (name.StartsWith('$') || name.Contains('.'))
            {
                throw name.Contains('.')
                    ? Failure.Located(16412, $"FieldPath field names may not contain '.'. Consider using $getField or $setField: {name}")
                    : Failure.Located(16410, $"FieldPath field names may not start with '$'. Consider using $getField or $setField: {name}");
            }

            fields[i] = (name, Parse(value, names));
        }

        var made = new DocumentExpression(fields);
        return Array.TrueForAll(fields, f => f.Item2 is Literal) ? new Literal(made.Evaluate(Scope.Nothing)) : made;
    }
}
