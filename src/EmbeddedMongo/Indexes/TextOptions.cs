using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>The key and the options that only text indexes have.</summary>
internal static class TextOptions
{
    /// <summary>The key as it is stored: one pair of fields in the place of all that hold text.</summary>
    public static BsonDocument Key(BsonDocument key)
    {
        var fields = key.ToList();
        if (fields.Exists(f => f.Name is "_fts" or "_ftsx"))
        {
            // The form that listIndexes shows, and that weights must then go with.
            var at = key.IndexOfName("_fts");
            return at >= 0 && at + 1 < fields.Count && fields[at + 1] is { Name: "_ftsx", Value.IsNumeric: true } && fields.Count(f => f.Value.IsString) == 1
                ? Checked(key)
                : throw IndexRequest.CannotCreate("text index with reserved fields _fts/_ftsx not allowed");
        }

        var first = fields.FindIndex(f => f.Value.IsString);
        var last = fields.FindLastIndex(f => f.Value.IsString);
        if (fields[first..last].Exists(f => !f.Value.IsString))
        {
            throw IndexRequest.CannotCreate("'text' fields in index must all be adjacent");
        }

        return Checked([.. fields[..first], new BsonElement("_fts", "text"), new BsonElement("_ftsx", 1), .. fields[(last + 1)..]]);
    }

    public static void Add(BsonDocument request, BsonDocument key, BsonDocument spec)
    {
        if (spec.Contains("unique"))
        {
            throw MongoError.NotSupported("Unique text indexes are not supported by this server");
        }

        if (request.TryGetValue("textIndexVersion", out var version) && version != 3)
        {
            throw !version.IsNumeric ? IndexRequest.Wrong("textIndexVersion", "a number", version)
                : version == 1 || version == 2 ? MongoError.NotSupported("Text indexes of versions 1 and 2 are not supported by this server")
                : IndexRequest.CannotCreate($"bad textIndexVersion: {version}");
        }

        var (language, over) = (Text(request, "default_language", "english"), Text(request, "language_override", "language"));
        spec["weights"] = Weights(request, key);
        spec["default_language"] = TextLanguage.Find(language) is not null
            ? language
            : throw IndexRequest.CannotCreate($"default_language is not valid: unsupported language: \"{language}\" for text index version 3; this server knows english and none");
        spec["language_override"] = over.Length > 0 && !over.StartsWith('$') && !over.Contains('.', StringComparison.Ordinal)
            ? over
            : throw IndexRequest.CannotCreate("language_override is not valid");
        spec["textIndexVersion"] = 3;
    }

    private static BsonDocument Checked(BsonDocument key) => key.All(f => f.Value.IsString || f.Value == 1 || f.Value == -1)
        ? key
        : throw IndexRequest.CannotCreate("expected value 1 or -1 for non-text key in compound index");

    private static BsonDocument Weights(BsonDocument request, BsonDocument key)
    {
        var weights = new SortedDictionary<string, BsonValue>(StringComparer.Ordinal);
        foreach (var field in key.Where(f => f.Value.IsString && f.Name != "_fts"))
        {
            weights[field.Name] = 1;
        }

        foreach (var weight in Given(request))
        {
            CheckWeight(weight);
            weights[weight.Name] = (int)weight.Value.ToDouble();
        }

        return weights.Count > 0
            ? new BsonDocument(weights.Select(w => new BsonElement(w.Key, w.Value)))
            : throw IndexRequest.CannotCreate("text index option 'weights' must specify fields or the wildcard");
    }

    private static BsonDocument Given(BsonDocument request) => !request.TryGetValue("weights", out var given) ? []
        : given == "$**" ? new BsonDocument("$**", 1)
        : given as BsonDocument ?? throw (given is BsonString or BsonArray
            ? IndexRequest.CannotCreate("text index option 'weights' must be an object")
            : IndexRequest.Wrong("weights", "an object", given));

    private static void CheckWeight(BsonElement weight)
    {
        if (!weight.Value.IsNumeric || Math.Truncate(weight.Value.ToDouble()) is not (> 0 and < 100_000))
        {
            throw IndexRequest.CannotCreate($"text index weight must be in the exclusive interval (0,100000) but found: {weight.Value}");
        }

        if (weight.Name != "$**" && weight.Name.Split('.').Any(part => part.Length == 0 || part.StartsWith('$')))
        {
            throw IndexRequest.CannotCreate("weight cannot be on an empty field or one with a $ prefix");
        }
    }

    private static string Text(BsonDocument request, string name, string fallback) => !request.TryGetValue(name, out var text) ? fallback
        : (text as BsonString)?.Value ?? throw IndexRequest.Wrong(name, "a string", text);
}
