using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>An aggregation expression, parsed once. A null result stands for a missing value.</summary>
internal abstract class Expression
{
    public abstract BsonValue? Evaluate(Scope scope);

    /// <summary>False are: missing, null, undefined, false and any zero.</summary>
    public static bool IsTrue(BsonValue? value) => value switch
    {
        null or BsonNull or BsonUndefined => false,
        BsonBoolean boolean => boolean.Value,
        _ => !value.IsNumeric || Number.Compare(value, (BsonInt32)0) != 0,
    };

    public static bool IsNullish(BsonValue? value) => value is null or BsonNull or BsonUndefined;
}

internal sealed class Literal(BsonValue? value) : Expression
{
    public BsonValue? Value { get; } = value;

    public override BsonValue? Evaluate(Scope scope) => Value;
}

/// <summary>The document at hand and the variables around it.</summary>
internal sealed class Scope
{
    [ThreadStatic]
    private static int _made;

    private readonly Scope? _outer;
    private readonly string? _name;
    private readonly BsonValue? _value;

    public Scope(BsonDocument document) => Document = document;

    /// <summary>For what needs no document.</summary>
    public static Scope Nothing { get; } = new([]);

    private Scope(Scope outer, string name, BsonValue? value) =>
        (Document, _outer, _name, _value) = (outer.Document, outer, name, value);

    public BsonDocument Document { get; }

    /// <summary>The same with a variable. Loops within loops come by here, so that they end when their command's time does.</summary>
    public Scope With(string name, BsonValue? value)
    {
        if ((++_made & 1023) == 0)
        {
            Session.CheckCurrent();
        }

        return new(this, name, value);
    }

    public BsonValue? Variable(string name)
    {
        for (var scope = this; scope._outer is not null; scope = scope._outer)
        {
            if (scope._name == name)
            {
                return scope._value;
            }
        }

        return Document;
    }
}

/// <summary>A variable and the path from it; "$a.b" is a path from the document itself.</summary>
internal sealed class PathExpression(string? variable, string[] parts) : Expression
{
    /// <summary>The path, where it is one from the document itself.</summary>
    public string? OfDocument => variable is null && parts.Length > 0 ? string.Join('.', parts) : null;

    public override BsonValue? Evaluate(Scope scope)
    {
        var value = variable is null ? scope.Document : scope.Variable(variable);

        // A text score travels in the document, but is no field of it.
        return parts.Length == 0 && value is BsonDocument document ? Documents.WithoutScore(document) : Follow(value, parts);
    }

    /// <summary>What the path leads to from a value.</summary>
    public static BsonValue? Follow(BsonValue? value, ReadOnlySpan<string> parts)
    {
        if (parts.Length == 0)
        {
            return value;
        }

        if (value is BsonDocument document)
        {
            return document.TryGetValue(parts[0], out var next) ? Follow(next, parts[1..]) : null;
        }

        if (value is not BsonArray array)
        {
            return null;
        }

        // Through an array the path yields what it yields in each of its documents; arrays in it are not entered.
        var found = new BsonArray();

        foreach (var item in array)
        {
            if (item is BsonDocument && Follow(item, parts) is { } inner)
            {
                found.Add(inner);
            }
        }

        return found;
    }
}

internal sealed class DocumentExpression((string Name, Expression Value)[] fields) : Expression
{
    public override BsonValue Evaluate(Scope scope)
    {
        var document = new BsonDocument();

        foreach (var (name, expression) in fields)
        {
            if (expression.Evaluate(scope) is { } value)
            {
                document[name] = value;
            }
        }

        return document;
    }
}

internal sealed class ArrayExpression(Expression[] items) : Expression
{
    public override BsonValue Evaluate(Scope scope)
    {
        var array = new BsonArray(items.Length);

        foreach (var item in items)
        {
            array.Add(item.Evaluate(scope) ?? BsonNull.Value);
        }

        return array;
    }
}

/// <summary>An operator that looks at nothing but the values of its arguments.</summary>
internal sealed class Call(Expression[] arguments, Func<BsonValue?[], BsonValue?> function) : Expression
{
    public override BsonValue? Evaluate(Scope scope)
    {
        var values = new BsonValue?[arguments.Length];

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = arguments[i].Evaluate(scope);
        }

        return function(values);
    }
}

/// <summary>An operator that evaluates its arguments as it sees fit.</summary>
internal sealed class Special(Func<Scope, BsonValue?> evaluate) : Expression
{
    public override BsonValue? Evaluate(Scope scope) => evaluate(scope);
}
