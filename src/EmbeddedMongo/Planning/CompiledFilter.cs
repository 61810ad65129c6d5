using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>A filter, checked and compiled once, with its text search taken out.</summary>
internal sealed class CompiledFilter
{
    private CompiledFilter(BsonDocument original, BsonDocument rest, TextQuery? text, QueryContext context, IndexHint? hint)
    {
        Original = original;
        Rest = rest;
        Text = text;
        Context = context;
        Hint = hint;
        Matcher = rest.ElementCount == 0 ? null : Matcher.Compile(rest, context);
        Planned = ExpressionEqualities.Add(rest, context);
    }

    public BsonDocument Original { get; }

    public BsonDocument Rest { get; }

    /// <summary>The rest and what follows from it, to choose an index by.</summary>
    public BsonDocument Planned { get; }

    public TextQuery? Text { get; }

    public QueryContext Context { get; }

    public IndexHint? Hint { get; }

    /// <summary>Null where everything matches.</summary>
    public Matcher? Matcher { get; }

    public static CompiledFilter Parse(BsonDocument filter, QueryContext context, BsonValue? hint = null)
    {
        TextQuery? text = null;
        var rest = TakeText(filter, ref text);
        return new CompiledFilter(filter, rest, text, context, IndexHint.Parse(hint));
    }

    /// <summary>The value of <c>_id</c> where the filter asks for nothing else, and a collection of this collation finds it by its key.</summary>
    public BsonValue? SingleId(Collation collation) =>
        Hint is null && Original.ElementCount == 1 && Original.GetElement(0) is { Name: "_id" } id && IsPlainId(id.Value, collation) ? id.Value : null;

    private bool IsPlainId(BsonValue value, Collation collation) => value.BsonType is BsonType.ObjectId
        or BsonType.Int32 or BsonType.Int64 or BsonType.Binary or BsonType.DateTime || (value.IsString && collation.IsSameAs(Context.Collation));

    // $text can stand at the top or inside an $and; elsewhere it would need an index for every other branch, too.
    private static BsonDocument TakeText(BsonDocument filter, ref TextQuery? text)
    {
        if (!filter.Contains("$text") && !filter.Contains("$and"))
        {
            return filter;
        }

        var rest = new BsonDocument();
        foreach (var clause in filter)
        {
            if (clause.Name == "$text")
            {
                text = text is null ? TextQuery.Parse(clause.Value) : throw MongoError.BadValue("Too many text expressions");
            }
            else if (clause.Name == "$and" && clause.Value is BsonArray parts && parts.OfType<BsonDocument>().Any(p => p.Contains("$text")))
            {
                var kept = new BsonArray();
                foreach (var part in parts)
                {
                    var remaining = part is BsonDocument document ? TakeText(document, ref text) : part;
                    if (remaining is not BsonDocument { ElementCount: 0 })
                    {
                        kept.Add(remaining);
                    }
                }

                if (kept.Count > 0)
                {
                    rest.Add("$and", kept);
                }
            }
            else
            {
                rest.Add(clause);
            }
        }

        return rest;
    }
}
