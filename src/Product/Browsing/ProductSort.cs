using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Products.Artworks;
using Visuels.ServiceDefaults.Paging;

namespace Visuels.Products.Browsing;

/// <summary>One key of a sort order.</summary>
internal sealed record SortKey(string Field, bool Descending, BsonType Type, Func<Product, BsonValue> ValueOf);

/// <summary>A total order of products: its last key is the id, so that a position in it is never ambiguous.</summary>
internal sealed record ProductSort(string Name, params SortKey[] Keys)
{
    public const string ScoreField = "score";

    public static readonly ProductSort Newest = new("newest", Key("createdAt", true, p => p.CreatedAt.UtcDateTime), Id(true));
    public static readonly ProductSort PriceLow = new("price-low", Key("price.rank", false, p => p.Price.Rank), Id(false));
    public static readonly ProductSort PriceHigh = new("price-high", Key("price.rank", true, p => p.Price.Rank), Id(true));
    public static readonly ProductSort Popular = new("popular", Key("likes", true, p => p.Likes), Key("views", true, p => p.Views), Id(true));
    public static readonly ProductSort Relevance = new("relevance", Key(ScoreField, true, p => p.Score ?? 0d), Id(true));

    public static readonly ProductSort[] All = [Newest, PriceLow, PriceHigh, Popular, Relevance];

    public BsonDocument Sort => new(Keys.Select(key => new BsonElement(key.Field, key.Descending ? -1 : 1)));

    public string CursorAfter(Product product) => PageCursor.Encode([Name, .. Keys.Select(key => key.ValueOf(product))]);

    /// <summary>Whether a client's cursor is one of this order.</summary>
    public bool Knows(string cursor) => Read(cursor) is not null;

    /// <summary>What comes after a cursor of this order.</summary>
    public FilterDefinition<Product> After(string cursor)
    {
        var values = Read(cursor) ?? throw new ArgumentException("Not a cursor of this order.", nameof(cursor));
        var alternatives = Keys.Select((key, i) =>
        {
            var clause = new BsonDocument(Keys.Take(i).Select((equal, j) => new BsonElement(equal.Field, values[j + 1])));
            return clause.Add(key.Field, new BsonDocument(key.Descending ? "$lt" : "$gt", values[i + 1]));
        });
        return new BsonDocument("$or", new BsonArray(alternatives));
    }

    // A cursor names its order first, as several have values of the same types.
    private BsonArray? Read(string cursor) =>
        PageCursor.Decode(cursor, [BsonType.String, .. Keys.Select(key => key.Type)]) is { } values && values[0] == Name ? values : null;

    private static SortKey Id(bool descending) => new("_id", descending, BsonType.ObjectId, p => p.Id);

    private static SortKey Key(string field, bool descending, Func<Product, DateTime> valueOf) =>
        new(field, descending, BsonType.DateTime, p => valueOf(p));

    private static SortKey Key(string field, bool descending, Func<Product, long> valueOf) =>
        new(field, descending, BsonType.Int64, p => valueOf(p));

    private static SortKey Key(string field, bool descending, Func<Product, double> valueOf) =>
        new(field, descending, BsonType.Double, p => valueOf(p));
}
