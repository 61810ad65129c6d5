using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>Turns what createIndexes was asked for into the form listIndexes shows, or refuses it with MongoDB's code.</summary>
internal static class IndexRequest
{
    private static readonly HashSet<string> Known =
    [
        "v", "key", "name", "unique", "sparse", "expireAfterSeconds", "partialFilterExpression", "collation", "hidden",
        "weights", "default_language", "language_override", "textIndexVersion",
        // MongoDB, too, does nothing with these.
        "background", "dropDups", "ns",
    ];

    private static readonly HashSet<string> Unsupported =
    [
        "storageEngine", "wildcardProjection", "columnstoreProjection", "prepareUnique", "clustered", "originalSpec", "bits", "min", "max", "bucketSize",
        "2dsphereIndexVersion", "coarsestIndexedLevel", "finestIndexedLevel",
    ];

    private static readonly HashSet<string> KnownForId = ["v", "key", "name", "ns", "collation"];

    public static BsonDocument Normalize(BsonDocument request, Collation inherited)
    {
        CheckFields(request);
        var key = Document(request, "key") ?? throw Missing("key");
        var isText = KeyPattern.Check(key);
        var name = Name(request);
        if (name == "_id_")
        {
            throw MongoError.BadValue($"The index name '_id_' is reserved for the _id index, which must have key pattern {{_id: 1}}, found {Failure.Show(key)}");
        }

        CheckVersion(request);
        var spec = new BsonDocument { { "v", 2 }, { "key", isText ? TextOptions.Key(key) : key }, { "name", name } };
        CopyFlag(request, spec, "unique");
        CopyFlag(request, spec, "sparse");
        CopyFlag(request, [], "background");
        CopyFlag(request, [], "dropDups");
        CopyHidden(request, spec);
        CopyExpiry(request, spec);
        CopyPartialFilter(request, spec);
        if (isText)
        {
            TextOptions.Add(request, key, spec);
        }
        else if (request.Names.FirstOrDefault(n => n is "weights" or "default_language" or "language_override" or "textIndexVersion") is { } option)
        {
            throw MongoError.NotSupported($"The option '{option}' of an index that is not on text is not supported by this server");
        }

        AddCollation(CollationOf(request, inherited), spec, isText);
        return spec;
    }

    /// <summary>Whether it is the index on <c>_id</c>, which every collection has, that is asked for.</summary>
    public static bool IsForId(BsonDocument request, Collation inherited)
    {
        if (request.GetValue("key", BsonNull.Value) is not BsonDocument { ElementCount: 1 } key
            || key.GetElement(0) is not { Name: "_id", Value.IsNumeric: true } id || Math.Abs(Math.Truncate(id.Value.ToDouble())) != 1)
        {
            return false;
        }

        CheckFields(request);
        if (request.Names.FirstOrDefault(n => !KnownForId.Contains(n)) is { } unknown)
        {
            throw Unknown($"The field '{unknown}' is not valid for an _id index specification. Specification: {Failure.Show(request)}");
        }

        Name(request);
        CheckVersion(request);
        if (!CollationOf(request, inherited).IsSameAs(inherited))
        {
            throw MongoError.BadValue("The _id index must have the same collation as the collection");
        }

        return id.Value.ToDouble() == 1 ? true : throw MongoError.BadValue($"The field 'key' for an _id index must be {{_id: 1}}, but got {Failure.Show(key)}");
    }

    public static MongoError CannotCreate(string why) => new(67, "CannotCreateIndex", why);

    public static BsonDocument? Document(BsonDocument request, string name) => !request.TryGetValue(name, out var value)
        ? null
        : value as BsonDocument ?? throw Wrong(name, "an object", value);

    public static MongoError Wrong(string name, string expected, BsonValue value) =>
        MongoError.TypeMismatch($"The field '{name}' must be {expected}, but got {Failure.TypeName(value)}");

    private static void CheckFields(BsonDocument request)
    {
        foreach (var name in request.Names)
        {
            if (Unsupported.Contains(name))
            {
                throw MongoError.NotSupported($"The index option '{name}' is not supported by this server");
            }

            if (!Known.Contains(name))
            {
                throw Unknown($"The field '{name}' is not valid for an index specification. Specification: {Failure.Show(request)}");
            }
        }
    }

    private static string Name(BsonDocument request) => !request.TryGetValue("name", out var name) ? throw Missing("name")
        : name is not BsonString text ? throw Wrong("name", "a string", name)
        : text.Value.Length == 0 ? throw CannotCreate("index name cannot be empty")
        : text.Value == "*" ? throw MongoError.BadValue("The index name '*' is not valid.")
        : text.Value;

    private static void CheckVersion(BsonDocument request)
    {
        if (!request.TryGetValue("v", out var version) || version == 2)
        {
            return;
        }

        throw !version.IsNumeric ? Wrong("v", "a number", version)
            : version == 1 ? MongoError.NotSupported("Indexes of version 1 are not supported by this server")
            : CannotCreate($"Invalid index specification {Failure.Show(request)}; cannot create an index with v={version}");
    }

    private static Collation CollationOf(BsonDocument request, Collation inherited) => Document(request, "collation") switch
    {
        null => inherited,
        { ElementCount: 0 } => throw MongoError.BadValue("The field 'collation' cannot be an empty object."),
        var given => Collation.Parse(given),
    };

    private static void AddCollation(Collation collation, BsonDocument spec, bool isText)
    {
        if (isText && !collation.IsSimple)
        {
            throw CannotCreate($"Index type 'text' does not support collation: {collation.Document}");
        }

        if (!collation.IsSimple)
        {
            spec["collation"] = collation.Document;
        }
    }

    private static void CopyFlag(BsonDocument request, BsonDocument spec, string name)
    {
        var value = request.GetValue(name, false);
        if (value is not BsonBoolean && !value.IsNumeric)
        {
            throw MongoError.TypeMismatch($"The field '{name}' has value {name}: {value}, which is not convertible to bool");
        }

        if (value.ToBoolean())
        {
            spec[name] = true;
        }
    }

    private static void CopyHidden(BsonDocument request, BsonDocument spec)
    {
        if (request.TryGetValue("hidden", out var hidden) && (hidden as BsonBoolean ?? throw Wrong("hidden", "a bool", hidden)).Value)
        {
            spec["hidden"] = true;
        }
    }

    private static void CopyExpiry(BsonDocument request, BsonDocument spec)
    {
        if (request.TryGetValue("expireAfterSeconds", out var seconds))
        {
            spec["expireAfterSeconds"] = Expiry.IsValid(seconds, out var why) ? seconds : throw CannotCreate(why);
            if (spec["key"].AsBsonDocument.ElementCount != 1)
            {
                throw CannotCreate("TTL indexes are single-field indexes, compound indexes do not support TTL");
            }
        }
    }

    private static void CopyPartialFilter(BsonDocument request, BsonDocument spec)
    {
        if (Document(request, "partialFilterExpression") is not { } filter)
        {
            return;
        }

        if (spec.Contains("sparse"))
        {
            throw CannotCreate("cannot mix \"partialFilterExpression\" and \"sparse\" options");
        }

        PartialExpressions.Check(filter);
        spec["partialFilterExpression"] = filter;
    }

    private static MongoError Missing(string name) =>
        MongoError.FailedToParse($"The '{name}' field is a required property of an index specification");

    private static MongoError Unknown(string message) => new(197, "InvalidIndexSpecificationOption", message);
}
