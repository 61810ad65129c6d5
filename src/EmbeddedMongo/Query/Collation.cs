using System.Globalization;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>How strings compare: by their bytes, or as a language would have it. All else compares the same under every collation.</summary>
internal sealed class Collation
{
    private readonly CompareInfo? _rules;
    private readonly CompareOptions _options;

    private Collation(BsonDocument? document, CompareInfo? rules, CompareOptions options)
    {
        (Document, _rules, _options) = (document, rules, options);
        Comparer = Comparer<BsonValue>.Create(Compare);
        Equality = new ValueEquality(this);
    }

    /// <summary>By bytes.</summary>
    public static Collation Simple { get; } = new(null, null, CompareOptions.None);

    /// <summary>The version of the tables, which decide what the keys of strings are.</summary>
    public static string Tables => $"{CultureInfo.InvariantCulture.CompareInfo.Version.SortId}";

    public bool IsSimple => _rules is null;

    /// <summary>All of its options, as listIndexes shows them; null for the simple one.</summary>
    public BsonDocument? Document { get; }

    public IComparer<BsonValue> Comparer { get; }

    public IEqualityComparer<BsonValue> Equality { get; }

    /// <summary>Reads what a command says of its collation.</summary>
    public static Collation Parse(BsonDocument request)
    {
        if (CollationOptions.Read(request) is not { } document)
        {
            return Simple;
        }

        return UsesIcu
            ? FromStored(document)
            : throw Failure.NotSupported("A collation on a machine without ICU");
    }

    public static Collation FromStored(BsonDocument? document)
    {
        if (document is null)
        {
            return Simple;
        }

        // ICU's strengths: 1 is letters alone, 2 with accents, 3 with case, width and the kind of kana too.
        var ignored = document["strength"].AsInt32 switch
        {
            1 => CompareOptions.IgnoreCase | CompareOptions.IgnoreKanaType | CompareOptions.IgnoreWidth | CompareOptions.IgnoreNonSpace,
            2 => CompareOptions.IgnoreCase | CompareOptions.IgnoreKanaType | CompareOptions.IgnoreWidth,
            _ => CompareOptions.None,
        };

        return new(document, CultureInfo.GetCultureInfo(document["locale"].AsString.Replace('_', '-')).CompareInfo, ignored);
    }

    public bool IsSameAs(Collation other) => Equals(Document, other.Document);

    /// <summary>Compares two values of any type.</summary>
    public int Compare(BsonValue a, BsonValue b) => BsonOrder.Compare(a, b, this);

    public int CompareText(string a, string b) => _rules is null ? BsonOrder.CompareStrings(a, b) : _rules.Compare(a, b, _options);

    public int Hash(string text) => _rules is null ? text.GetHashCode(StringComparison.Ordinal) : _rules.GetHashCode(text, _options);

    /// <summary>Bytes that compare as the strings do; none are the beginning of others. Not for the simple collation.</summary>
    public byte[] Key(string text) => _rules!.GetSortKey(text, _options).KeyData;

    // Otherwise .NET compares by bytes, or by the tables of Windows.
    private static bool UsesIcu
    {
        get
        {
            var version = CultureInfo.InvariantCulture.CompareInfo.Version;
            return version.FullVersion != 0 && BitConverter.ToInt32(version.SortId.ToByteArray()) == version.FullVersion;
        }
    }
}
