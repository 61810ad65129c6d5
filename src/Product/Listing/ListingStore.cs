using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Products.Artworks;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.Products.Listing;

/// <summary>What artists write. Each change is one write that a version guards, with its event in the same write.</summary>
internal sealed class ListingStore(IMongoDatabase database, OutboxSignal signal)
{
    private const int Batch = 500;

    private readonly IMongoCollection<Product> _products = database.GetCollection<Product>(Product.Collection);

    public async Task AddAsync(Product product, CancellationToken ct)
    {
        await _products.InsertOneAsync(product, cancellationToken: ct);
        signal.Raise();
    }

    /// <summary>Many at once, without events: for a demo's first start, when no other service has a copy of anything.</summary>
    public async Task AddManyAsync(IEnumerable<Product> products, CancellationToken ct)
    {
        foreach (var batch in products.Chunk(Batch))
        {
            await _products.InsertManyAsync(batch, cancellationToken: ct);
        }
    }

    /// <summary>An artist's own product, unless it is archived.</summary>
    public async Task<Product?> FindAsync(ObjectId id, ObjectId artist, CancellationToken ct) =>
        await _products.Find(p => p.Id == id && p.ArtistId == artist && p.Listed)
            .Project<Product>(Builders<Product>.Projection.Exclude(p => p.Outbox).Exclude(p => p.Sales))
            .FirstOrDefaultAsync(ct);

    /// <summary>Writes what an artist can change, unless the product has changed since this version was read.</summary>
    public async Task<bool> TryChangeAsync(Product product, long readVersion, object @event, CancellationToken ct)
    {
        var written = await _products.UpdateOneAsync(
            p => p.Id == product.Id && p.ArtistId == product.ArtistId && p.Listed && p.Version == readVersion,
            Builders<Product>.Update
                .Set(p => p.Version, product.Version)
                .Set(p => p.Title, product.Title)
                .Set(p => p.ShortDescription, product.ShortDescription)
                .Set(p => p.Description, product.Description)
                .Set(p => p.Material, product.Material)
                .Set(p => p.Price, product.Price)
                .Set(p => p.Category, product.Category)
                .Set(p => p.Images, product.Images)
                .Set(p => p.Dimension, product.Dimension)
                .Set(p => p.Certified, product.Certified)
                .Set(p => p.HandMade, product.HandMade)
                .Set(p => p.FrameInclude, product.FrameInclude)
                .Set(p => p.ArtistNote, product.ArtistNote)
                .Set(p => p.Story, product.Story)
                .Set(p => p.Listed, product.Listed)
                .Set(p => p.UpdatedAt, product.UpdatedAt)
                .Publishing(product.UpdatedAt, @event),
            cancellationToken: ct);
        if (written.MatchedCount == 0)
        {
            return false;
        }

        signal.Raise();
        return true;
    }
}
