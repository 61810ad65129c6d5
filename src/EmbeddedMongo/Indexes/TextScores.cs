using System.Text;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>The words of a document and what each is worth: by the field's weight, and more often counting for less each time.</summary>
internal static class TextScores
{
    public static Dictionary<string, double> Of(TextFields fields, BsonDocument document)
    {
        fields.CheckOtherFields(document);
        var scores = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var text in fields.Of(document))
        {
            Add(scores, text);
        }

        return scores;
    }

    private static void Add(Dictionary<string, double> scores, WeightedText text)
    {
        var words = TextTokens.Of(text.Text, text.Language).ToList();
        foreach (var (word, count) in words.CountBy(w => w, StringComparer.Ordinal))
        {
            var frequency = 2 - Math.Pow(2, 1 - Math.Min(count, 60));
            var share = (0.5 * count / words.Count) + 0.5;
            var adjustment = IsWhole(text.Text, word) ? 1.1 : 1;
            scores[word] = scores.GetValueOrDefault(word) + (text.Weight * frequency * share * adjustment);
        }
    }

    // The text as it is, its case aside, is the word as it is indexed.
    private static bool IsWhole(string text, string word) =>
        text == word || (Ascii.IsValid(text) && Ascii.IsValid(word) && string.Equals(text, word, StringComparison.OrdinalIgnoreCase));
}
