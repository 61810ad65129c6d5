using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>
/// Constants among the arguments of a call are put together before there is a document, as MongoDB does. It shows: in their errors, in the type
/// and the last digits of a sum, and in what comes first.
/// </summary>
internal static class ConstantFolding
{
    public static Expression[] Fold(string name, Expression[] arguments, Func<BsonValue?[], BsonValue?> call) => name switch
    {
        // These are calculated strictly from left to right.
        "$add" or "$multiply" => Array.FindIndex(arguments, a => a is not Literal) is > 1 and var count
            ? [Together(arguments[..count], call), .. arguments[count..]]
            : arguments,
        "$concat" or "$concatArrays" => [.. Runs(arguments, call)],
        "$setUnion" or "$setIntersection" or "$sum" or "$min" or "$max" when arguments.Length > 1 =>
            [.. Runs([.. arguments.Where(a => a is not Literal), .. arguments.Where(a => a is Literal)], call)],
        _ => arguments,
    };

    private static List<Expression> Runs(Expression[] arguments, Func<BsonValue?[], BsonValue?> call)
    {
        var folded = new List<Expression>();

        for (var i = 0; i < arguments.Length;)
        {
            var count = arguments.Skip(i).TakeWhile(a => a is Literal).Count();
            folded.Add(count > 1 ? Together(arguments[i..(i + count)], call) : arguments[i]);
            i += Math.Max(1, count);
        }

        return folded;
    }

    private static Literal Together(Expression[] constants, Func<BsonValue?[], BsonValue?> call) => new(new Call(constants, call).Evaluate(Scope.Nothing));
}
