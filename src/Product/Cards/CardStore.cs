using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Products.Artworks;

namespace Visuels.Products.Cards;

internal sealed class CardStore(IMongoDatabase database)
{
    private readonly IMongoCollection<Product> _products = database.GetCollection<Product>(Product.Collection);

    /// <summary>Products by id, archived ones included.</summary>
    public Task<List<Product>> GetAsync(IReadOnlyCollection<ObjectId> ids, CancellationToken ct) =>
        _products.Find(Builders<Product>.Filter.In(product => product.Id, ids))
            .Project<Product>(Builders<Product>.Projection
                .Exclude(product => product.Outbox)
                .Exclude(product => product.Sales)
                .Exclude(product => product.Story)
                .Exclude(product => product.ArtistNote))
            .ToListAsync(ct);
}
