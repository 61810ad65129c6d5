using System.Collections.Frozen;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>The options of a collation: which there are, and what each locale has for those that are not given.</summary>
internal static class CollationOptions
{
    // The version of the tables that MongoDB 7 contains, which it writes into every collation.
    private const string Version = "57.1";

    private static readonly FrozenSet<string> Locales = FrozenSet.Create(
        "af", "am", "ar", "as", "az", "be", "bg", "bn", "bo", "bs", "bs_Cyrl", "ca", "chr", "cs", "cy", "da", "de", "de_AT", "dsb", "dz", "ee", "el", "en", "en_US",
        "en_US_POSIX", "eo", "es", "et", "fa", "fa_AF", "fi", "fil", "fo", "fr", "fr_CA", "ga", "gl", "gu", "ha", "haw", "he", "hi", "hr", "hsb", "hu", "hy", "id",
        "ig", "is", "it", "ja", "ka", "kk", "kl", "km", "kn", "ko", "kok", "ky", "lb", "lkt", "ln", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms", "mt", "my", "nb",
        "ne", "nl", "nn", "om", "or", "pa", "pl", "ps", "pt", "ro", "ru", "se", "si", "sk", "sl", "smn", "sq", "sr", "sr_Latn", "sv", "sw", "ta", "te", "th", "to",
        "tr", "ug", "uk", "ur", "vi", "wae", "yi", "yo", "zh", "zh_Hant", "zu");

    private static readonly FrozenSet<string> Normalizing = FrozenSet.Create(
        "as", "bn", "bo", "el", "fa", "fa_AF", "gu", "he", "hi", "ig", "km", "kn", "kok", "mr", "my", "or", "pa", "ps", "si", "ta", "te", "th", "vi", "yi", "yo");

    /// <summary>All options of the collation asked for, or null for the simple one.</summary>
    public static BsonDocument? Read(BsonDocument request)
    {
        var given = new BsonDocument();

        foreach (var (name, value) in request)
        {
            Check(name, value);

            // To MongoDB an option that is null is not there.
            if (!value.IsBsonNull)
            {
                given[name] = value;
            }
        }

        var locale = given.Find("locale")?.AsString ?? throw Failure.Located(40414, "BSON field 'collation.locale' is missing but a required field");

        var strength = given.TryGetValue("strength", out var number) ? Strength(number) : 3;

        if (locale == "simple")
        {
            return null;
        }

        CheckLocale(locale, request);
        CheckDefault(locale, given);
        var defaults = Defaults(locale, strength);
        var complete = new BsonDocument(defaults).Merge(given, overwriteExistingElements: true);
        complete["strength"] = strength;
        CheckCombination(complete);

        foreach (var (name, value) in complete)
        {
            if (!value.Equals(defaults[name]) || (name == "strength" && strength > 3))
            {
                throw name == "version"
                    ? new MongoError(161, "IncompatibleCollationVersion", $"Requested collation version {value} but the only available collator version was {Version}")
                    : Failure.NotSupported($"The collation option {name}: {value}, with locale {locale},");
            }
        }

        return complete;
    }

    private static BsonDocument Defaults(string locale, int strength) => new()
    {
        { "locale", locale },
        { "caseLevel", false },
        { "caseFirst", locale is "da" or "mt" ? "upper" : "off" },
        { "strength", strength },
        { "numericOrdering", false },
        { "alternate", locale == "th" ? "shifted" : "non-ignorable" },
        { "maxVariable", "punct" },
        { "normalization", Normalizing.Contains(locale) },
        { "backwards", locale == "fr_CA" },
        { "version", Version },
    };

    private static void Check(string name, BsonValue value)
    {
        var (isOfType, expected) = name switch
        {
            "locale" or "version" => (value.IsString, "string"),
            "caseLevel" or "numericOrdering" or "normalization" or "backwards" => (value.IsBoolean, "bool"),
            "strength" => (value.IsNumeric, "int"),
            "caseFirst" => (IsOneOf(name, value, "upper", "lower", "off"), "string"),
            "alternate" => (IsOneOf(name, value, "non-ignorable", "shifted"), "string"),
            "maxVariable" => (IsOneOf(name, value, "punct", "space"), "string"),
            _ => throw Failure.Located(40415, $"BSON field 'collation.{name}' is an unknown field."),
        };

        if (!isOfType && (!value.IsBsonNull || name == "backwards"))
        {
            throw Failure.TypeMismatch($"BSON field 'collation.{name}' is the wrong type '{Failure.TypeName(value)}', expected type '{expected}'");
        }
    }

    private static bool IsOneOf(string name, BsonValue value, params ReadOnlySpan<string> values) => value is BsonString text
        && (values.Contains(text.Value) ? true : throw Failure.BadValue($"Enumeration value '{text.Value}' for field 'collation.{name}' is not a valid value."));

    private static int Strength(BsonValue value) => Number.TryTruncate(value, out var strength) && strength is >= 1 and <= 5
        ? (int)strength
        : throw Failure.BadValue($"BSON field 'collation.strength' must be from 1 to 5, but is {value}");

    private static void CheckLocale(string locale, BsonDocument request)
    {
        var name = locale.Split("@collation=");

        if (name.Length == 2 && Locales.Contains(name[0]))
        {
            throw Failure.NotSupported($"The variant {name[1]} of the locale {name[0]}");
        }

        if (!Locales.Contains(locale))
        {
            throw Failure.BadValue($"Field 'locale' is invalid in: {Failure.Show(request)}");
        }
    }

    // MongoDB takes the default of the locale in some commands and its own in others; only a word makes it sure.
    private static void CheckDefault(string locale, BsonDocument given)
    {
        var doubtful = locale switch
        {
            "da" or "mt" => "caseFirst",
            "th" when given.Contains("normalization") => "alternate",
            _ when Normalizing.Contains(locale) => "normalization",
            _ => null,
        };

        if (doubtful is not null && !given.Contains(doubtful))
        {
            throw Failure.NotSupported($"The locale {locale} without the option {doubtful}");
        }
    }

    // What has no effect is an error, even where it is the locale that has it.
    private static void CheckCombination(BsonDocument options)
    {
        if (options["backwards"].AsBoolean && options["strength"] == 1)
        {
            throw Failure.BadValue("'backwards' is invalid with 'strength' of 1");
        }

        if (options["caseFirst"] != "off" && !options["caseLevel"].AsBoolean && options["strength"].AsInt32 < 3)
        {
            throw Failure.BadValue("'caseFirst' is invalid unless 'caseLevel' is on or 'strength' is greater than 2");
        }
    }
}
