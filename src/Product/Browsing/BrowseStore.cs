using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Products.Artworks;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Products.Browsing;

internal sealed class BrowseStore(IMongoDatabase database) : ICreatesIndexes
{
    /// <summary>Counting stops here: the cost of a list must not grow with the shop.</summary>
    public const int MostCounted = 10_000;

    private static readonly FilterDefinitionBuilder<Product> Filter = Builders<Product>.Filter;

    // What a summary does not show.
    private static readonly ProjectionDefinition<Product, Product> Summary = Builders<Product>.Projection
        .Exclude(p => p.Outbox).Exclude(p => p.Sales).Exclude(p => p.Description).Exclude(p => p.Story).Exclude(p => p.ArtistNote);

    // The same the other way round: a computed score can only stand beside fields that are named.
    private static readonly BsonDocument ScoredSummary = new(
        new[]
        {
            "version", "artistId", "title", "shortDescription", "price", "category", "images", "dimension", "certified", "editions",
            "createdAt", "updatedAt", "listed", "status", "views", "likes", "rating",
        }
        .Select(field => new BsonElement(field, 1))
        .Append(new BsonElement(ProductSort.ScoreField, new BsonDocument("$meta", "textScore"))));

    private readonly IMongoCollection<Product> _products = database.GetCollection<Product>(Product.Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _products.Indexes.CreateManyAsync(
        [
            Index("newest", "{ listed: 1, createdAt: -1, _id: -1 }"),
            Index("category_newest", "{ listed: 1, 'category.slug': 1, createdAt: -1, _id: -1 }"),
            Index("artist_newest", "{ artistId: 1, listed: 1, createdAt: -1, _id: -1 }"),
            Index("price", "{ listed: 1, 'price.rank': 1, _id: 1 }"),
            Index("popular", "{ listed: 1, likes: -1, views: -1, _id: -1 }"),
            new CreateIndexModel<Product>(
                "{ title: 'text', shortDescription: 'text', material: 'text', description: 'text' }",
                new CreateIndexOptions
                {
                    Name = "text",
                    DefaultLanguage = "none",
                    Weights = new BsonDocument { { "title", 10 }, { "shortDescription", 4 }, { "material", 3 }, { "description", 1 } },
                }),
        ],
        ct);

    /// <summary>A product that is on show.</summary>
    public async Task<Product?> FindAsync(ObjectId id, CancellationToken ct) =>
        await _products.Find(p => p.Id == id && p.Listed)
            .Project<Product>(Builders<Product>.Projection.Exclude(p => p.Outbox).Exclude(p => p.Sales))
            .FirstOrDefaultAsync(ct);

    /// <summary>Products on show that fit the query, one more than its page holds when there are more.</summary>
    /// <param name="query">The query.</param>
    /// <param name="artist">The artist that its user name stands for.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<(List<Product> Products, long Total)> ListAsync(ProductQuery query, ObjectId? artist, CancellationToken ct)
    {
        var filter = Fitting(query, artist);
        var sort = query.SortOrder!;
        var products = sort == ProductSort.Relevance
            ? await MostRelevantAsync(filter, query, ct)
            : await PageAsync(filter, sort, query, query.Size(), ct);
        return (products, await CountAsync(filter, products.Count, query, query.Size(), ct));
    }

    /// <summary>An artist's own products, newest first: those on show, or the archived ones.</summary>
    public async Task<(List<Product> Products, long Total)> OwnAsync(ObjectId artist, bool archived, PageQuery query, int size, CancellationToken ct)
    {
        var filter = Filter.Eq(p => p.ArtistId, artist) & Filter.Eq(p => p.Listed, !archived);
        var products = await PageAsync(filter, ProductSort.Newest, query, size, ct);
        return (products, await CountAsync(filter, products.Count, query, size, ct));
    }

    private Task<List<Product>> PageAsync(FilterDefinition<Product> filter, ProductSort sort, PageQuery query, int size, CancellationToken ct) =>
        _products.Find(query.Cursor is { Length: > 0 } cursor ? filter & sort.After(cursor) : filter)
            .Sort(sort.Sort)
            .Skip(query.Skip(size))
            .Limit(size + 1)
            .Project(Summary)
            .ToListAsync(ct);

    private Task<List<Product>> MostRelevantAsync(FilterDefinition<Product> filter, ProductQuery query, CancellationToken ct)
    {
        var pipeline = _products.Aggregate().Match(filter).Project<Product>(ScoredSummary);
        if (query.Cursor is { Length: > 0 } cursor)
        {
            pipeline = pipeline.Match(ProductSort.Relevance.After(cursor));
        }

        return pipeline.Sort(ProductSort.Relevance.Sort).Skip(query.Skip(query.Size())).Limit(query.Size() + 1).ToListAsync(ct);
    }

    private async Task<long> CountAsync(FilterDefinition<Product> filter, int found, PageQuery query, int size, CancellationToken ct) =>
        found <= size && string.IsNullOrEmpty(query.Cursor) && (found > 0 || query.Skip(size) == 0)
            ? query.Skip(size) + found
            : await _products.CountDocumentsAsync(filter, new CountOptions { Limit = MostCounted }, ct);

    private static FilterDefinition<Product> Fitting(ProductQuery query, ObjectId? artist)
    {
        var filter = Filter.Eq(p => p.Listed, true);
        filter = query.SearchText is { } text ? filter & Filter.Text(Words(text)) : filter;
        filter = string.IsNullOrEmpty(query.Category) ? filter : filter & Filter.Eq(p => p.Category.Slug, query.Category);
        filter = artist is null ? filter : filter & Filter.Eq(p => p.ArtistId, artist);
        filter = query.MinPrice is { } low ? filter & Filter.Gte(p => p.Price.Rank, -Price.RankOf(-low)) : filter;
        filter = query.MaxPrice is { } high ? filter & Filter.Lte(p => p.Price.Rank, Price.RankOf(high)) : filter;
        filter = string.IsNullOrEmpty(query.Status) ? filter : filter & Filter.Eq(p => p.Status, query.Status);
        return string.IsNullOrEmpty(query.Orientation) ? filter : filter & Filter.Eq(p => p.Dimension.Orientation, query.Orientation);
    }

    // The search language's own signs (quotes, a leading minus) are no signs to people who type them.
    private static string Words(string text) => string.Concat(text.Select(c => char.IsLetterOrDigit(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is
        System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark ? c : ' '));

    private static CreateIndexModel<Product> Index(string name, string keys) => new(BsonDocument.Parse(keys), new CreateIndexOptions { Name = name });
}
