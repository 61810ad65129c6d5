using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>How a client wants a collection read: by one index, or by none.</summary>
internal sealed class IndexHint
{
    private readonly BsonValue _wanted;

    private IndexHint(BsonValue wanted) => _wanted = wanted;

    /// <summary>All records in the order they were inserted, or the reverse.</summary>
    public bool IsNatural => _wanted is BsonDocument document && document.GetElement(0).Name == "$natural";

    public bool IsBackward => IsNatural && _wanted[0].ToDouble() < 0;

    /// <summary>Null where there is none.</summary>
    public static IndexHint? Parse(BsonValue? hint) => hint switch
    {
        null or BsonNull or BsonUndefined or BsonDocument { ElementCount: 0 } => null,
        BsonDocument document when document.Contains("$natural") && (document.ElementCount > 1 || !IsDirection(document[0])) =>
            throw MongoError.BadValue("$natural hint must be 1 or -1 and stand alone"),
        BsonString or BsonDocument => new IndexHint(hint),
        _ => throw MongoError.FailedToParse("Hint must be a string or an object"),
    };

    /// <summary>The index; null for the one on <c>_id</c>.</summary>
    public IndexInfo? Find(CollectionInfo collection)
    {
        if (_wanted == "_id_" || BsonOrder.Compare(_wanted, new BsonDocument("_id", 1)) == 0)
        {
            return null;
        }

        var found = collection.Indexes.Where(i => !i.Spec.Hidden && (i.Spec.Name == _wanted || BsonOrder.Compare(i.KeyPattern, _wanted) == 0)).ToList();
        return found.Count switch
        {
            1 when found[0].Spec.Text is null => found[0],
            0 => throw Failed(collection, "hint provided does not correspond to an existing index"),
            1 => throw Failed(collection, "a text index serves only $text"),
            _ => throw Failed(collection, 27, "IndexNotFound", $"Hint matched multiple indexes, must hint by index name. Matched: {found[0].Spec.Name} and {found[1].Spec.Name}"),
        };
    }

    public static MongoError Failed(CollectionInfo collection, string why) => Failed(collection, 2, "BadValue", why);

    private static MongoError Failed(CollectionInfo collection, int code, string name, string why) =>
        new(code, name, $"error processing query: ns={collection.Namespace} planner returned error :: caused by :: {why}");

    private static bool IsDirection(BsonValue value) => value.IsNumeric && Math.Abs(value.ToDouble()) == 1;
}
