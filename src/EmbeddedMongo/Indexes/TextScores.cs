using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>The words of a document and what each is worth: by the field's weight, and more often counting for less each time.</summary>
internal static class TextScores
{
    public static Dictionary<string, double> Of(TextFields text, BsonDocument document)
    {
        CheckLanguage(text, document);
        var scores = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (path, weight) in text.Fields)
        {
            foreach (var value in Texts(document, path))
            {
                Add(scores, value, weight);
            }
        }

        return scores;
    }

    public static IEnumerable<string> Texts(BsonDocument document, string path) =>
        FieldPaths.Distinct(document, path).OfType<BsonString>().Select(v => v.Value);

    private static void Add(Dictionary<string, double> scores, string value, double weight)
    {
        var words = TextTokens.Of(value).ToList();
        var folded = TextTokens.Fold(value);
        foreach (var (word, count) in words.CountBy(w => w))
        {
            var frequency = 2 - Math.Pow(2, 1 - Math.Min(count, 60));
            var share = (0.5 * count / words.Count) + 0.5;
            var whole = word == folded ? 1.1 : 1;
            scores[word] = scores.GetValueOrDefault(word) + (weight * frequency * share * whole);
        }
    }

    // MongoDB would index such a document by the rules of its own language.
    private static void CheckLanguage(TextFields text, BsonDocument document)
    {
        if (!document.TryGetValue(text.LanguageOverride, out var language))
        {
            return;
        }

        if (language is not BsonString)
        {
            throw new MongoError(17261, "Location17261", $"found language override field '{text.LanguageOverride}' in document with non-string type");
        }

        if (language != "none")
        {
            throw new MongoError(17262, "Location17262", $"language override unsupported: {language}");
        }
    }
}
