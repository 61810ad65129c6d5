using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>The array position at which the last condition held.</summary>
internal sealed class MatchTrace
{
    public int Position { get; set; } = -1;
}

/// <summary>A node of a parsed filter.</summary>
internal abstract class Filter
{
    public abstract bool Matches(BsonDocument document, MatchTrace? trace);

    /// <summary>The same on a bare array element, for <c>$elemMatch</c> with operators.</summary>
    public abstract bool MatchesElement(BsonValue value);
}

internal sealed class PathFilter(string path, ElementTest test) : Filter
{
    private readonly FieldPath _path = new(path);

    public string Path => path;

    public ElementTest Test => test;

    public override bool Matches(BsonDocument document, MatchTrace? trace)
    {
        if (!_path.Any(document, test, out var offset))
        {
            return false;
        }

        if (trace is not null && offset >= 0)
        {
            trace.Position = offset;
        }

        return true;
    }

    public override bool MatchesElement(BsonValue value) => test.Matches(value);
}

internal sealed class AndFilter(Filter[] all) : Filter
{
    public override bool Matches(BsonDocument document, MatchTrace? trace)
    {
        foreach (var filter in all)
        {
            if (!filter.Matches(document, trace))
            {
                return false;
            }
        }

        return true;
    }

    public override bool MatchesElement(BsonValue value)
    {
        foreach (var filter in all)
        {
            if (!filter.MatchesElement(value))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Alternatives about different things leave no position behind: MongoDB does not say which one held.</summary>
internal sealed class OrFilter(Filter[] any) : Filter
{
    public override bool Matches(BsonDocument document, MatchTrace? trace)
    {
        foreach (var filter in any)
        {
            if (filter.Matches(document, null))
            {
                return true;
            }
        }

        return false;
    }

    public override bool MatchesElement(BsonValue value)
    {
        foreach (var filter in any)
        {
            if (filter.MatchesElement(value))
            {
                return true;
            }
        }

        return false;
    }
}

internal sealed class NotFilter(Filter inner) : Filter
{
    public override bool Matches(BsonDocument document, MatchTrace? trace) => !inner.Matches(document, null);

    public override bool MatchesElement(BsonValue value) => !inner.MatchesElement(value);
}

internal sealed class ConstantFilter(bool answer) : Filter
{
    public override bool Matches(BsonDocument document, MatchTrace? trace) => answer;

    public override bool MatchesElement(BsonValue value) => answer;
}

internal sealed class ExpressionFilter(Expression expression) : Filter
{
    public override bool Matches(BsonDocument document, MatchTrace? trace) =>
        Expression.IsTrue(expression.Evaluate(new Scope(document)));

    public override bool MatchesElement(BsonValue value) => throw Failure.BadValue("$expr cannot be applied to an array element");
}
