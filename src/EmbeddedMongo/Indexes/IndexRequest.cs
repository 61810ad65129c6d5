using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>Turns what createIndexes was asked for into the form listIndexes shows, or refuses it with MongoDB's code.</summary>
internal static class IndexRequest
{
    private static readonly HashSet<string> Known =
    [
        "v", "key", "name", "background", "unique", "sparse", "expireAfterSeconds", "partialFilterExpression",
        "weights", "default_language", "language_override", "textIndexVersion", "collation", "hidden", "ns",
    ];

    public static BsonDocument Normalize(BsonDocument request)
    {
        if (request.Names.FirstOrDefault(n => !Known.Contains(n)) is { } unknown)
        {
            throw new MongoError(197, "InvalidIndexSpecificationOption", $"The field '{unknown}' is not valid for an index specification or not supported by this server");
        }

        var key = Document(request, "key") ?? throw new MongoError(9, "FailedToParse", "The 'key' field is a required property of an index specification");
        var isText = CheckKey(key);
        var name = request.GetValue("name", BsonNull.Value) is BsonString { Value.Length: > 0 } given
            ? given.Value
            : throw new MongoError(9, "FailedToParse", "The 'name' field is a required property of an index specification");
        RefuseUnsupported(request);

        var spec = new BsonDocument { { "v", 2 }, { "key", isText ? new BsonDocument { { "_fts", "text" }, { "_ftsx", 1 } } : key }, { "name", name } };
        CopyFlag(request, spec, "unique");
        CopyFlag(request, spec, "sparse");
        CopyExpiry(request, spec, key, isText);
        if (Document(request, "partialFilterExpression") is { } filter)
        {
            if (spec.Contains("sparse"))
            {
                throw CannotCreate("cannot mix \"partialFilterExpression\" and \"sparse\" options");
            }

            PartialExpressions.Check(filter);
            spec["partialFilterExpression"] = filter;
        }

        if (isText)
        {
            TextOptions.Add(request, key, spec);
        }
        else if (request.Contains("weights"))
        {
            throw CannotCreate("the 'weights' option is for text indexes");
        }

        return spec;
    }

    public static MongoError CannotCreate(string why) => new(67, "CannotCreateIndex", why);

    public static BsonDocument? Document(BsonDocument request, string name) => request.GetValue(name, BsonNull.Value) switch
    {
        BsonDocument document => document,
        BsonNull => null,
        var other => throw MongoError.TypeMismatch($"The field '{name}' must be an object, but got {other.BsonType}"),
    };

    private static bool CheckKey(BsonDocument key)
    {
        if (key.ElementCount is 0 or > 32)
        {
            throw CannotCreate("Index keys must have between 1 and 32 fields.");
        }

        foreach (var field in key)
        {
            if (field.Name.Length == 0 || field.Name.StartsWith('.') || field.Name.EndsWith('.') || field.Name.Contains("..", StringComparison.Ordinal))
            {
                throw CannotCreate("Index keys cannot contain an empty field.");
            }

            if (field.Name.Contains('$', StringComparison.Ordinal))
            {
                throw CannotCreate($"Wildcard indexes and index keys with '$' are not supported: {field.Name}");
            }

            var accepted = field.Value.IsNumeric ? field.Value.ToDouble() is not (0 or double.NaN) : field.Value == "text";
            if (!accepted)
            {
                throw CannotCreate($"Values in the index key pattern must be numbers other than 0, or \"text\", but got {field.Name}: {field.Value}");
            }
        }

        var texts = key.Values.Count(v => v.IsString);
        return texts == 0 ? false
            : texts == key.ElementCount ? true
            : throw MongoError.NotSupported("Text indexes with other fields beside the text are not supported by this server");
    }

    private static void RefuseUnsupported(BsonDocument request)
    {
        if (Document(request, "collation") is { } collation && collation.GetValue("locale", "") != "simple")
        {
            throw MongoError.NotSupported("Index collations are not supported by this server");
        }

        if (request.GetValue("hidden", false).ToBoolean())
        {
            throw MongoError.NotSupported("Hidden indexes are not supported by this server");
        }

        if (request.GetValue("v", 2) != 2)
        {
            throw CannotCreate($"Invalid index version {request["v"]}");
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

    private static void CopyExpiry(BsonDocument request, BsonDocument spec, BsonDocument key, bool isText)
    {
        if (!request.TryGetValue("expireAfterSeconds", out var seconds))
        {
            return;
        }

        if (!seconds.IsNumeric)
        {
            throw MongoError.TypeMismatch($"TTL index 'expireAfterSeconds' option must be numeric, but received a type of {seconds.BsonType}");
        }

        if (seconds.ToDouble() is not (>= 0 and <= int.MaxValue))
        {
            throw CannotCreate("TTL index 'expireAfterSeconds' option must be within an acceptable range");
        }

        if (isText || key.ElementCount != 1 || key.Contains("_id"))
        {
            throw CannotCreate("TTL indexes are single-field indexes and not on _id");
        }

        spec["expireAfterSeconds"] = seconds;
    }
}
