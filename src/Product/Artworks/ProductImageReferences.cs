using MongoDB.Driver;
using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Products.Artworks;

/// <summary>The images that products show; archived ones too, since orders keep theirs.</summary>
internal sealed class ProductImageReferences(IMongoDatabase database) : IImageReferences, ICreatesIndexes
{
    private const string FileId = "images.fileId";

    private readonly IMongoCollection<Product> _products = database.GetCollection<Product>(Product.Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _products.Indexes.CreateOneAsync(
        new CreateIndexModel<Product>($"{{ '{FileId}': 1 }}", new CreateIndexOptions { Name = "image" }), cancellationToken: ct);

    public async Task<IReadOnlySet<string>> FindAsync(IReadOnlyCollection<string> fileIds, CancellationToken ct)
    {
        var found = await _products
            .Find(Builders<Product>.Filter.In(FileId, fileIds))
            .Project(product => product.Images.Select(image => image.FileId).ToList())
            .ToListAsync(ct);
        return found.SelectMany(ids => ids).ToHashSet();
    }
}
