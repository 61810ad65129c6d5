using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>MongoDB's total order over all BSON values: by kind first, then by value.</summary>
internal static class BsonOrder
{
    /// <summary>The order as a comparer.</summary>
    public static IComparer<BsonValue> Comparer => Collation.Simple.Comparer;

    /// <summary>Equality by this order: <c>1</c>, <c>1.0</c> and a decimal 1 are the same; missing values are not represented.</summary>
    public static IEqualityComparer<BsonValue> Equality => Collation.Simple.Equality;

    /// <summary>Compares two values: negative, zero or positive. Numbers compare by value whatever their type, NaN below all others.</summary>
    public static int Compare(BsonValue a, BsonValue b) => Compare(a, b, Collation.Simple);

    /// <summary>The same under a collation, which says how strings compare wherever they stand.</summary>
    public static int Compare(BsonValue a, BsonValue b, Collation collation)
    {
        var kind = Kind(a.BsonType) - Kind(b.BsonType);

        return kind != 0 ? kind : a.BsonType switch
        {
            BsonType.Double or BsonType.Int32 or BsonType.Int64 or BsonType.Decimal128 => Number.Compare(a, b),
            BsonType.String or BsonType.Symbol => collation.CompareText(Text(a), Text(b)),
            BsonType.Document => CompareDocuments(a.AsBsonDocument, b.AsBsonDocument, collation),
            BsonType.Array => CompareArrays(a.AsBsonArray, b.AsBsonArray, collation),
            BsonType.Binary => CompareBinary(a.AsBsonBinaryData, b.AsBsonBinaryData),
            BsonType.ObjectId => a.AsObjectId.CompareTo(b.AsObjectId),
            BsonType.Boolean => a.AsBoolean.CompareTo(b.AsBoolean),
            BsonType.DateTime => a.AsBsonDateTime.MillisecondsSinceEpoch.CompareTo(b.AsBsonDateTime.MillisecondsSinceEpoch),
            BsonType.Timestamp => ((ulong)a.AsBsonTimestamp.Value).CompareTo((ulong)b.AsBsonTimestamp.Value),
            BsonType.RegularExpression => CompareRegexes(a.AsBsonRegularExpression, b.AsBsonRegularExpression),
            BsonType.JavaScript => CompareStrings(a.AsBsonJavaScript.Code, b.AsBsonJavaScript.Code),
            BsonType.JavaScriptWithScope => CompareScoped(a.AsBsonJavaScriptWithScope, b.AsBsonJavaScriptWithScope),
            _ => 0,
        };
    }

    /// <summary>The place of a type's kind in the order. Types of one kind (all numbers; strings and symbols) compare by value.</summary>
    internal static int Kind(BsonType type) => type switch
    {
        BsonType.MinKey => -1,
        BsonType.Undefined => 0,
        BsonType.Null => 5,
        BsonType.Double or BsonType.Int32 or BsonType.Int64 or BsonType.Decimal128 => 10,
        BsonType.String or BsonType.Symbol => 15,
        BsonType.Document => 20,
        BsonType.Array => 25,
        BsonType.Binary => 30,
        BsonType.ObjectId => 35,
        BsonType.Boolean => 40,
        BsonType.DateTime => 45,
        BsonType.Timestamp => 47,
        BsonType.RegularExpression => 50,
        BsonType.JavaScript => 60,
        BsonType.JavaScriptWithScope => 65,
        BsonType.MaxKey => 127,
        _ => throw Failure.BadValue($"cannot order a value of type {type}"),
    };

    // By UTF-8 bytes. UTF-16 code units order the same, but for surrogates against U+E000..U+FFFF.
    internal static int CompareStrings(string a, string b)
    {
        var length = Math.Min(a.Length, b.Length);
        var i = a.AsSpan(0, length).CommonPrefixLength(b.AsSpan(0, length));

        if (i == length)
        {
            return a.Length.CompareTo(b.Length);
        }

        var (x, y) = (a[i], b[i]);

        return char.IsSurrogate(x) == char.IsSurrogate(y) ? x.CompareTo(y)
            : char.IsSurrogate(x) ? (y >= 0xE000 ? 1 : x.CompareTo(y))
            : x >= 0xE000 ? -1 : x.CompareTo(y);
    }

    internal static string Text(BsonValue value) => value is BsonSymbol symbol ? symbol.Name : value.AsString;

    private static int CompareDocuments(BsonDocument a, BsonDocument b, Collation collation)
    {
        Documents.CheckWalk();
        var count = Math.Min(a.ElementCount, b.ElementCount);

        for (var i = 0; i < count; i++)
        {
            var (x, y) = (a.GetElement(i), b.GetElement(i));
            var order = Kind(x.Value.BsonType) - Kind(y.Value.BsonType);
            order = order != 0 ? order : CompareStrings(x.Name, y.Name);
            order = order != 0 ? order : Compare(x.Value, y.Value, collation);

            if (order != 0)
            {
                return order;
            }
        }

        return a.ElementCount.CompareTo(b.ElementCount);
    }

    private static int CompareArrays(BsonArray a, BsonArray b, Collation collation)
    {
        Documents.CheckWalk();
        var count = Math.Min(a.Count, b.Count);

        for (var i = 0; i < count; i++)
        {
            var order = Compare(a[i], b[i], collation);

            if (order != 0)
            {
                return order;
            }
        }

        return a.Count.CompareTo(b.Count);
    }

    private static int CompareBinary(BsonBinaryData a, BsonBinaryData b)
    {
        var order = a.Bytes.Length.CompareTo(b.Bytes.Length);
        order = order != 0 ? order : ((byte)a.SubType).CompareTo((byte)b.SubType);
        return order != 0 ? order : a.Bytes.AsSpan().SequenceCompareTo(b.Bytes);
    }

    private static int CompareRegexes(BsonRegularExpression a, BsonRegularExpression b)
    {
        var order = CompareStrings(a.Pattern, b.Pattern);
        return order != 0 ? order : CompareStrings(a.Options, b.Options);
    }

    // No collation reaches into a scope.
    private static int CompareScoped(BsonJavaScriptWithScope a, BsonJavaScriptWithScope b)
    {
        var order = CompareStrings(a.Code, b.Code);
        return order != 0 ? order : CompareDocuments(a.Scope, b.Scope, Collation.Simple);
    }
}
