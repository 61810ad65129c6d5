using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>A $search text: words of which one is enough, "phrases" that must all occur, and -words that must not.</summary>
internal sealed class TextQuery
{
    private readonly List<string> _phrases = [];
    private readonly List<string> _barredPhrases = [];

    public HashSet<string> Words { get; } = [];

    public HashSet<string> BarredWords { get; } = [];

    public static TextQuery Parse(BsonValue operand)
    {
        var text = operand as BsonDocument ?? throw MongoError.TypeMismatch("$text expects an object");
        foreach (var option in text)
        {
            var accepted = option.Name switch
            {
                "$search" => true,
                "$language" => option.Value == "none",
                "$caseSensitive" or "$diacriticSensitive" => option.Value == false,
                _ => throw MongoError.BadValue($"unknown field {option.Name} in $text"),
            };
            if (!accepted)
            {
                throw MongoError.NotSupported($"{option.Name}: {option.Value} is not supported by this server");
            }
        }

        var search = text.GetValue("$search", BsonNull.Value) as BsonString ?? throw MongoError.BadValue("Missing expected field \"$search\"");
        var query = new TextQuery();
        query.Read(search.Value);
        return query;
    }

    /// <summary>Whether a document that has one of the words really is a hit.</summary>
    public bool Accepts(TextFields fields, BsonDocument document)
    {
        if (BarredWords.Count == 0 && _phrases.Count == 0 && _barredPhrases.Count == 0)
        {
            return true;
        }

        var texts = fields.Fields.SelectMany(f => TextScores.Texts(document, f.Path)).Select(TextTokens.Fold).ToList();
        return !texts.Exists(t => TextTokens.Of(t).Any(BarredWords.Contains))
            && _phrases.TrueForAll(p => texts.Exists(t => t.Contains(p, StringComparison.Ordinal)))
            && !_barredPhrases.Exists(p => texts.Exists(t => t.Contains(p, StringComparison.Ordinal)));
    }

    private void Read(string search)
    {
        var at = 0;
        while (at < search.Length)
        {
            // A hyphen says "not" only at the beginning of a word; within one it is a mere separator.
            var barred = search[at] == '-' && (at == 0 || char.IsWhiteSpace(search[at - 1]));
            var start = barred ? at + 1 : at;
            if (start < search.Length && search[start] == '"')
            {
                var end = search.IndexOf('"', start + 1);
                end = end < 0 ? search.Length : end;
                AddPhrase(search[(start + 1)..end], barred);
                at = end + 1;
                continue;
            }

            var next = start;
            while (next < search.Length && search[next] != '"' && !char.IsWhiteSpace(search[next]))
            {
                next++;
            }

            (barred ? BarredWords : Words).UnionWith(TextTokens.Of(search[start..next]));
            at = next == start && !barred ? start + 1 : next;
        }
    }

    private void AddPhrase(string phrase, bool barred)
    {
        (barred ? _barredPhrases : _phrases).Add(TextTokens.Fold(phrase));
        if (!barred)
        {
            Words.UnionWith(TextTokens.Of(phrase));
        }
    }
}
