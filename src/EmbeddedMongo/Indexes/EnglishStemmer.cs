using System.Buffers;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>Snowball's English stemmer ("Porter2"), in the form that MongoDB's text indexes have it.</summary>
internal sealed class EnglishStemmer
{
    private static readonly SearchValues<char> Vowels = SearchValues.Create("aeiouy");

    private static readonly Dictionary<string, string> Irregular = new()
    {
        ["skis"] = "ski",
        ["skies"] = "sky",
        ["dying"] = "die",
        ["lying"] = "lie",
        ["tying"] = "tie",
        ["idly"] = "idl",
        ["gently"] = "gentl",
        ["ugly"] = "ugli",
        ["early"] = "earli",
        ["only"] = "onli",
        ["singly"] = "singl",
        ["sky"] = "sky",
        ["news"] = "news",
        ["howe"] = "howe",
        ["atlas"] = "atlas",
        ["cosmos"] = "cosmos",
        ["bias"] = "bias",
        ["andes"] = "andes",
    };

    private static readonly HashSet<string> Finished = ["inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"];

    private static readonly (string Suffix, string Replacement)[] Step2 = LongestFirst(
        ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("abli", "able"), ("entli", "ent"), ("izer", "ize"), ("ization", "ize"),
        ("ational", "ate"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("aliti", "al"), ("alli", "al"), ("fulness", "ful"),
        ("ousli", "ous"), ("ousness", "ous"), ("iveness", "ive"), ("iviti", "ive"), ("biliti", "ble"), ("bli", "ble"), ("ogi", "og"),
        ("fulli", "ful"), ("lessli", "less"), ("li", ""));

    private static readonly (string Suffix, string Replacement)[] Step3 = LongestFirst(
        ("tional", "tion"), ("ational", "ate"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
        ("ative", ""));

    private static readonly (string Suffix, string Replacement)[] Step4 = LongestFirst(
        ("al", ""), ("ance", ""), ("ence", ""), ("er", ""), ("ic", ""), ("able", ""), ("ible", ""), ("ant", ""), ("ement", ""), ("ment", ""),
        ("ent", ""), ("ism", ""), ("ate", ""), ("iti", ""), ("ous", ""), ("ive", ""), ("ize", ""), ("ion", ""));

    private string _word;
    private int _r1;
    private int _r2;

    private EnglishStemmer(string word) => _word = word;

    public static string Stem(string word)
    {
        if (Irregular.TryGetValue(word, out var known))
        {
            return known;
        }

        return word.Length < 3 || (word.Length < 6 && word.EnumerateRunes().Count() < 3) ? word : new EnglishStemmer(word).Run();
    }

    private static (string Suffix, string Replacement)[] LongestFirst(params (string Suffix, string Replacement)[] rules) =>
        [.. rules.OrderByDescending(r => r.Suffix.Length)];

    private string Run()
    {
        var hasConsonantY = MarkConsonantY();
        FindRegions();
        DropPossessive();
        DropPlural();
        if (!Finished.Contains(_word))
        {
            DropParticiple();
            TurnFinalY();
            Apply(Step2, MayApply2);
            Apply(Step3, (suffix, at) => at >= _r1 && (suffix != "ative" || at >= _r2));
            Apply(Step4, (suffix, at) => at >= _r2 && (suffix != "ion" || IsAnyOf(at - 1, "st")));
            DropFinalLetter();
        }

        return hasConsonantY ? _word.Replace('Y', 'y') : _word;
    }

    // A y that begins the word or follows a vowel is a consonant, and written Y meanwhile.
    private bool MarkConsonantY()
    {
        if (_word[0] == '\'')
        {
            _word = _word[1..];
        }

        var letters = _word.ToCharArray();
        var any = false;
        for (var i = 0; i < letters.Length; i++)
        {
            if (letters[i] == 'y' && (i == 0 || IsVowel(letters[i - 1])))
            {
                letters[i] = 'Y';
                any = true;
            }
        }

        _word = new string(letters);
        return any;
    }

    private void FindRegions()
    {
        string[] prefixes = ["gener", "commun", "arsen"];
        var prefix = Array.Find(prefixes, p => _word.StartsWith(p, StringComparison.Ordinal));
        _r1 = prefix?.Length ?? AfterVowelAndConsonant(0);
        _r2 = AfterVowelAndConsonant(_r1);
    }

    private int AfterVowelAndConsonant(int from)
    {
        while (from < _word.Length && !IsVowel(_word[from]))
        {
            from++;
        }

        while (from < _word.Length && IsVowel(_word[from]))
        {
            from++;
        }

        return Math.Min(from + 1, _word.Length);
    }

    private void DropPossessive()
    {
        var length = Ends("'s'") ? 3 : Ends("'s") ? 2 : Ends("'") ? 1 : 0;
        _word = _word[..^length];
    }

    private void DropPlural()
    {
        if (Ends("sses"))
        {
            _word = _word[..^2];
        }
        else if (Ends("ied") || Ends("ies"))
        {
            _word = _word[..^(_word.Length > 4 ? 2 : 1)];
        }
        else if (Ends("s") && !Ends("us") && !Ends("ss") && _word.Length > 2 && HasVowel(_word.Length - 2))
        {
            _word = _word[..^1];
        }
    }

    private void DropParticiple()
    {
        string[] suffixes = ["eedly", "ingly", "edly", "eed", "ing", "ed"];
        if (Array.Find(suffixes, Ends) is not { } suffix)
        {
            return;
        }

        var at = _word.Length - suffix.Length;
        if (suffix[1] == 'e')
        {
            _word = at >= _r1 ? _word[..at] + "ee" : _word;
        }
        else if (HasVowel(at))
        {
            _word = _word[..at];
            if (Ends("at") || Ends("bl") || Ends("iz") || (at == _r1 && EndsInShortSyllable(at)))
            {
                _word += "e";
            }
            else if (at > 1 && _word[^1] == _word[^2] && IsAnyOf(at - 1, "bdfgmnprt"))
            {
                _word = _word[..^1];
            }
        }
    }

    private void TurnFinalY()
    {
        if (_word.Length > 2 && _word[^1] is 'y' or 'Y' && !IsVowel(_word[^2]))
        {
            _word = _word[..^1] + "i";
        }
    }

    private void Apply((string Suffix, string Replacement)[] rules, Func<string, int, bool> mayApply)
    {
        foreach (var (suffix, replacement) in rules)
        {
            if (Ends(suffix))
            {
                var at = _word.Length - suffix.Length;
                _word = mayApply(suffix, at) ? _word[..at] + replacement : _word;
                return;
            }
        }
    }

    private bool MayApply2(string suffix, int at) => at >= _r1 && suffix switch
    {
        "ogi" => IsAnyOf(at - 1, "l"),
        "li" => IsAnyOf(at - 1, "cdeghkmnrt"),
        _ => true,
    };

    private void DropFinalLetter()
    {
        var at = _word.Length - 1;
        var drops = Ends("e") ? at >= _r2 || (at >= _r1 && !EndsInShortSyllable(at)) : Ends("l") && at >= _r2 && IsAnyOf(at - 1, "l");
        _word = drops ? _word[..^1] : _word;
    }

    private bool EndsInShortSyllable(int length) =>
        (length > 2 && !IsVowel(_word[length - 1]) && !IsAnyOf(length - 1, "wxY") && IsVowel(_word[length - 2]) && !IsVowel(_word[length - 3]))
        || (length == 2 && !IsVowel(_word[1]) && IsVowel(_word[0]));

    private bool Ends(string suffix) => _word.EndsWith(suffix, StringComparison.Ordinal);

    private bool HasVowel(int length) => _word.AsSpan(0, length).ContainsAny(Vowels);

    private bool IsAnyOf(int at, string letters) => at >= 0 && letters.Contains(_word[at], StringComparison.Ordinal);

    private static bool IsVowel(char letter) => Vowels.Contains(letter);
}
