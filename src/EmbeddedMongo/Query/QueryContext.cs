using System.Collections.Immutable;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>What surrounds a query: how its strings compare, what its variables are, and when it began.</summary>
internal sealed record QueryContext(Collation Collation, BsonDateTime Now)
{
    private static readonly BsonValue Unknown = new BsonString("a variable whose value is not known yet");
    private ImmutableDictionary<string, BsonValue?> _variables = ImmutableDictionary<string, BsonValue?>.Empty;

    /// <summary>False where no document is at hand yet, so that only constants can be calculated.</summary>
    public bool HasDocument { get; private init; } = true;

    /// <summary>What lookups read; null where there are none.</summary>
    public LookupDatabase? Lookups { get; init; }

    /// <summary>No collation and no variables.</summary>
    public static QueryContext Plain => new(Collation.Simple, new BsonDateTime(DateTime.UtcNow));

    /// <summary>The same with one more variable, or another value of it; null stands for a missing value.</summary>
    public QueryContext With(string name, BsonValue? value) => this with { _variables = _variables.SetItem(name, value) };

    /// <summary>The same with a variable that has no value yet, for checking what is to be parsed when it has.</summary>
    public QueryContext Declare(string name) => With(name, Unknown);

    public bool IsDeclared(string name) => _variables.TryGetValue(name, out var value) && ReferenceEquals(value, Unknown);

    /// <summary>With a command's <c>let</c>: constants, each of which may use those before it.</summary>
    public QueryContext WithLet(BsonDocument let)
    {
        var context = this;

        foreach (var (name, value) in let)
        {
            CheckName(name);
            context = context.With(name, ExpressionParser.Parse(value, context with { HasDocument = false }).Evaluate(new Scope([])));
        }

        return context;
    }

    private static void CheckName(string name)
    {
        if (name is "NOW" or "CLUSTER_TIME" or "JS_SCOPE" or "IS_MR" or "USER_ROLES")
        {
            throw Failure.Located(4738901, $"Attempt to set internal constant: {name}");
        }

        LogicOperators.CheckVariable(name);
    }

    public bool TryFindVariable(string name, out BsonValue? value) => _variables.TryGetValue(name, out value);
}
