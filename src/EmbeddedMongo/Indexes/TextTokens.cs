namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>What a search tells apart; an index does neither.</summary>
internal readonly record struct TextSensitivity(bool Case, bool Diacritics);

/// <summary>The words of a text as a text index of version 3 sees them.</summary>
internal static class TextTokens
{
    public static IEnumerable<string> Of(string text, TextLanguage language, TextSensitivity sensitivity = default, bool withStopWords = false)
    {
        foreach (var raw in Split(text, language))
        {
            // Stop words and stems are those of words with their diacritics.
            var word = TextCharacters.FoldCase(raw);
            if (withStopWords || !language.IsStopWord(word))
            {
                var stem = language.Stem(sensitivity.Case ? raw : word);
                yield return sensitivity.Diacritics ? stem : TextCharacters.WithoutDiacritics(stem);
            }
        }
    }

    /// <summary>A whole text as phrases are compared.</summary>
    public static string Fold(string text, TextSensitivity sensitivity)
    {
        var folded = sensitivity.Case ? text : TextCharacters.FoldCase(text);
        return sensitivity.Diacritics ? folded : TextCharacters.WithoutDiacritics(folded);
    }

    private static IEnumerable<string> Split(string text, TextLanguage language)
    {
        var (start, at) = (-1, 0);
        foreach (var character in text.EnumerateRunes())
        {
            if (!TextCharacters.IsDelimiter(character, language.IsEnglish))
            {
                start = start < 0 ? at : start;
            }
            else if (start >= 0)
            {
                yield return text[start..at];
                start = -1;
            }

            at += character.Utf16SequenceLength;
        }

        if (start >= 0)
        {
            yield return text[start..];
        }
    }
}
