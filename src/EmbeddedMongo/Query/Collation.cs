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

    public bool IsSimple => _rules is null;

    /// <summary>All of its options, as listIndexes shows them; null for the simple one.</summary>
    public BsonDocument? Document { get; }

    public IComparer<BsonValue> Comparer { get; }

    public IEqualityComparer<BsonValue> Equality { get; }

    /// <summary>Compares two values of any type.</summary>
    public int Compare(BsonValue a, BsonValue b) => BsonOrder.Compare(a, b, this);

    public int CompareText(string a, string b) => _rules is null ? BsonOrder.CompareStrings(a, b) : _rules.Compare(a, b, _options);

    public int Hash(string text) => _rules is null ? text.GetHashCode(StringComparison.Ordinal) : _rules.GetHashCode(text, _options);
}
