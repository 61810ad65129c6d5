namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>How words of a language are told apart, left out and reduced to their stems.</summary>
internal sealed class TextLanguage
{
    public static readonly TextLanguage None = new(isEnglish: false);
    public static readonly TextLanguage English = new(isEnglish: true);

    private TextLanguage(bool isEnglish) => IsEnglish = isEnglish;

    public bool IsEnglish { get; }

    /// <summary>Null for a language that this server does not know, though MongoDB may.</summary>
    public static TextLanguage? Find(string name) => name.ToLowerInvariant() switch
    {
        "none" => None,
        "english" or "en" => English,
        _ => null,
    };

    public bool IsStopWord(string word) => IsEnglish && EnglishStopWords.Contains(word);

    public string Stem(string word) => IsEnglish ? EnglishStemmer.Stem(word) : word;
}
