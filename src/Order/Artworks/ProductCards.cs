using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Orders.Artworks;

/// <summary>
/// Copies of artworks (collection <c>products</c>), fed by Product's events. A card that is missing is asked of Product, all of a
/// request in one call. Found by id only, so that no index is needed.
/// </summary>
internal sealed class ProductCards(IMongoDatabase database, ProductCardsClient product)
{
    private static readonly UpdateDefinitionBuilder<ProductCard> Update = Builders<ProductCard>.Update;

    private readonly IMongoCollection<ProductCard> _cards = database.GetCollection<ProductCard>("products");

    public Task ApplyAsync(ProductCard card, CancellationToken ct) =>
        _cards.ApplyNewerAsync(Builders<ProductCard>.Filter.Eq(known => known.Id, card.Id), card.Version, Changes(card), ct);

    /// <summary>Cards by id; artworks that Product does not know are absent.</summary>
    /// <exception cref="DependencyUnavailableException">A card is missing here and Product cannot be asked.</exception>
    public async Task<IReadOnlyDictionary<ObjectId, ProductCard>> GetAsync(IEnumerable<ObjectId> ids, CancellationToken ct)
    {
        var wanted = ids.ToHashSet();
        if (wanted.Count == 0)
        {
            return new Dictionary<ObjectId, ProductCard>();
        }

        var cards = (await _cards.Find(Builders<ProductCard>.Filter.In(card => card.Id, wanted)).ToListAsync(ct)).ToDictionary(card => card.Id);
        wanted.ExceptWith(cards.Keys);
        if (wanted.Count == 0)
        {
            return cards;
        }

        var asked = await product.GetAsync(wanted, ct);
        await AddAsync(asked, ct);
        foreach (var card in asked)
        {
            cards[card.Id] = card;
        }

        return cards;
    }

    /// <summary>Cards in the order of their ids.</summary>
    public async Task<IReadOnlyList<ProductCard>> PageAsync(ObjectId after, int limit, CancellationToken ct) =>
        await _cards.Find(card => card.Id > after).Sort(Builders<ProductCard>.Sort.Ascending(card => card.Id)).Limit(limit).ToListAsync(ct);

    /// <summary>Puts what Product told in the place of a card that was read; false when an event came in between.</summary>
    public async Task<bool> TryReplaceAsync(ProductCard read, ProductCard told, CancellationToken ct)
    {
        var replaced = await _cards.UpdateOneAsync(
            card => card.Id == read.Id && card.Version == read.Version, Changes(told).Set(card => card.Version, told.Version), cancellationToken: ct);
        return replaced.MatchedCount == 1;
    }

    private async Task AddAsync(IReadOnlyList<ProductCard> cards, CancellationToken ct)
    {
        if (cards.Count == 0)
        {
            return;
        }

        try
        {
            await _cards.InsertManyAsync(cards, new InsertManyOptions { IsOrdered = false }, ct);
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            // An event or another request has made the card meanwhile; events bring it up to date.
        }
    }

    private static UpdateDefinition<ProductCard> Changes(ProductCard card) => Update
        .Set(known => known.ArtistId, card.ArtistId)
        .Set(known => known.Title, card.Title)
        .Set(known => known.PriceMinor, card.PriceMinor)
        .Set(known => known.Currency, card.Currency)
        .Set(known => known.ImageUrl, card.ImageUrl)
        .Set(known => known.Editions, card.Editions)
        .Set(known => known.Listed, card.Listed);
}
