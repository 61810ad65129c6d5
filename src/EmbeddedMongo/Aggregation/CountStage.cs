using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary><c>$count</c> and <c>$sortByCount</c>, which are groupings in short.</summary>
internal static class CountStage
{
    public static Stage Parse(BsonValue argument)
    {
        var name = (argument as BsonString ?? throw Failure.Located(40156, "the count field must be a non-empty string")).Value;

        if (name.Length == 0)
        {
            throw Failure.Located(40157, "the count field must be a non-empty string");
        }

        if (name.StartsWith('$'))
        {
            throw Failure.Located(40158, "the count field cannot be a $-prefixed path");
        }

        if (name.Contains('\0', StringComparison.Ordinal))
        {
            throw Failure.Located(40159, "the count field cannot contain a null byte");
        }

        if (name.Contains('.'))
        {
            throw Failure.Located(40160, "the count field cannot contain '.'");
        }

        return documents => Count(documents, name);
    }

    public static Stage ParseSortByCount(BsonValue argument, QueryContext context)
    {
        var (code, starts) = argument switch
        {
            BsonDocument document => (40147, document.ElementCount > 0 && document.GetElement(0).Name.StartsWith('$')),
            BsonString text => (40148, text.Value.StartsWith('$')),
            _ => (40149, false),
        };

        if (!starts)
        {
            throw Failure.Located(code, "the sortByCount field must be defined as a $-prefixed path or an expression inside an object");
        }

        var group = GroupStage.Parse(new BsonDocument { { "_id", argument }, { "count", new BsonDocument("$sum", 1) } }, context);
        var sort = SortSpec.Parse(new("count", -1));
        return documents => sort.Order(group(documents));
    }

    private static IEnumerable<BsonDocument> Count(IEnumerable<BsonDocument> documents, string name)
    {
        var count = documents.LongCount();

        if (count > 0)
        {
            yield return new(name, Number.Wrap(count));
        }
    }
}
