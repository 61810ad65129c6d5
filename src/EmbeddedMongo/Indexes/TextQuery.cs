using System.Text;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>The operand of $text: words of which one is enough, "phrases" that must all occur, and -words that must not.</summary>
internal sealed class TextQuery
{
    private readonly List<string> _phrases = [];
    private readonly List<string> _barredPhrases = [];

    private TextQuery(TextLanguage? language, TextSensitivity sensitivity) => (Language, Sensitivity) = (language, sensitivity);

    /// <summary>Null for that of the index.</summary>
    public TextLanguage? Language { get; }

    public TextSensitivity Sensitivity { get; }

    /// <summary>The words asked for, separated by spaces.</summary>
    public string Words { get; private set; } = "";

    public string BarredWords { get; private set; } = "";

    public IReadOnlyList<string> Phrases => _phrases;

    public IReadOnlyList<string> BarredPhrases => _barredPhrases;

    public static TextQuery Parse(BsonValue operand)
    {
        var text = operand as BsonDocument ?? throw MongoError.BadValue("$text expects an object");
        var search = Text(text, "$search") ?? throw new MongoError(4, "NoSuchKey", "Missing expected field \"$search\"");
        var language = Text(text, "$language");
        var sensitivity = new TextSensitivity(Flag(text, "$caseSensitive"), Flag(text, "$diacriticSensitive"));
        if (text.Names.Any(n => n is not ("$search" or "$language" or "$caseSensitive" or "$diacriticSensitive")))
        {
            throw MongoError.BadValue("extra fields in $text");
        }

        var query = new TextQuery(string.IsNullOrEmpty(language) ? null : Known(language), sensitivity);
        query.Read(search);
        return query;
    }

    private static TextLanguage Known(string language) => TextLanguage.Find(language)
        ?? throw MongoError.BadValue($"unsupported language: \"{language}\" for text index version 3");

    private static string? Text(BsonDocument text, string name) => !text.TryGetValue(name, out var value) ? null
        : (value as BsonString)?.Value ?? throw MongoError.TypeMismatch($"\"{name}\" had the wrong type. Expected string, found {value.BsonType}");

    private static bool Flag(BsonDocument text, string name) => text.TryGetValue(name, out var value)
        && ((value as BsonBoolean)?.Value ?? throw MongoError.TypeMismatch($"\"{name}\" had the wrong type. Expected bool, found {value.BsonType}"));

    // A hyphen after a space bars what follows up to the next space; a quotation mark that is never closed is a mere separator.
    private void Read(string search)
    {
        var (words, barredWords) = (new StringBuilder(), new StringBuilder());
        var (barred, spaced, quote) = (false, true, -1);
        var at = SkipSpace(search, 0);
        while (at < search.Length)
        {
            var start = at;
            var end = EndOf(search, at);
            switch (search[start])
            {
                case '-':
                    barred |= quote < 0 && spaced;
                    break;
                case '"' when quote >= 0:
                    (barred ? _barredPhrases : _phrases).Add(search[(quote + 1)..start]);
                    quote = -1;
                    break;
                case '"':
                    barred &= !spaced;
                    quote = start;
                    break;
                case var _ when quote < 0 || !barred:
                    barred &= !spaced;
                    (barred ? barredWords : words).Append(search, start, end - start).Append(' ');
                    break;
            }

            at = SkipSpace(search, end);
            spaced = at > end;
        }

        (Words, BarredWords) = (words.ToString(), barredWords.ToString());
    }

    private static int EndOf(string search, int at)
    {
        var end = at + 1;
        while (search[at] is not ('-' or '"') && end < search.Length && search[end] is not ('-' or '"') && !IsSpace(search[end]))
        {
            end++;
        }

        return end;
    }

    private static int SkipSpace(string search, int at)
    {
        while (at < search.Length && IsSpace(search[at]))
        {
            at++;
        }

        return at;
    }

    private static bool IsSpace(char character) => character is ' ' or '\n' or '\v' or '\f' or '\r';
}
