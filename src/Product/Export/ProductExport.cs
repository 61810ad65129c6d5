using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Products.Artworks;
using Visuels.Products.Browsing;
using Visuels.Products.Likes;
using Visuels.ServiceDefaults.Exports;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Products.Export;

/// <summary>What Product holds of a user: own artworks, archived ones too, and likes.</summary>
internal sealed class ProductExport(IMongoDatabase database, LikeStore likes, IOptions<SiteOptions> site) : IExportsUsers
{
    private readonly IMongoCollection<Product> _products = database.GetCollection<Product>(Product.Collection);

    public object Export(ObjectId user, CancellationToken ct) => new ExportedProducts(
        _products.Find(product => product.ArtistId == user)
            .Project<Product>(Builders<Product>.Projection.Exclude(p => p.Outbox).Exclude(p => p.Sales))
            .StreamAsync(ct)
            .Select(product => ProductResponse.From(product, site.Value)),
        likes.OfAsync(user, ct).Select(like => new ExportedLike(like.ProductId, like.At)));
}

internal sealed record ExportedProducts(IAsyncEnumerable<ProductResponse> Products, IAsyncEnumerable<ExportedLike> Likes);

internal sealed record ExportedLike(ObjectId ProductId, DateTimeOffset At);
