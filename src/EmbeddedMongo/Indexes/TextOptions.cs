using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>The options that only text indexes have.</summary>
internal static class TextOptions
{
    public static void Add(BsonDocument request, BsonDocument key, BsonDocument spec)
    {
        if (spec.Contains("unique") || spec.Contains("expireAfterSeconds"))
        {
            throw IndexRequest.CannotCreate("A text index can neither be unique nor expire");
        }

        var language = Text(request, "default_language", "english");
        if (language != "none")
        {
            throw MongoError.NotSupported($"Text indexes in {language} are not supported by this server: only default_language \"none\" is");
        }

        if (request.GetValue("textIndexVersion", 3) != 3)
        {
            throw IndexRequest.CannotCreate("Only textIndexVersion 3 is supported");
        }

        spec["weights"] = Weights(request, key);
        spec["default_language"] = language;
        spec["language_override"] = Text(request, "language_override", "language");
        spec["textIndexVersion"] = 3;
    }

    private static BsonDocument Weights(BsonDocument request, BsonDocument key)
    {
        var weights = new SortedDictionary<string, BsonValue>(StringComparer.Ordinal);
        foreach (var field in key.Names)
        {
            weights[field] = 1;
        }

        foreach (var weight in IndexRequest.Document(request, "weights") ?? [])
        {
            if (!weight.Value.IsNumeric || weight.Value.ToDouble() is not (>= 1 and < 99_999))
            {
                throw IndexRequest.CannotCreate($"text index weight must be in the interval [1, 99999) but found: {weight.Value}");
            }

            weights[weight.Name] = weight.Value;
        }

        return new BsonDocument(weights.Select(w => new BsonElement(w.Key, w.Value)));
    }

    private static string Text(BsonDocument request, string name, string fallback) => request.GetValue(name, fallback) is BsonString text
        ? text.Value
        : throw IndexRequest.CannotCreate($"The field '{name}' must be a string");
}
