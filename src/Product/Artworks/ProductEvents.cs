using Microsoft.Extensions.Options;
using Visuels.Contracts.Products;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.Products.Artworks;

/// <summary>What other services learn of an artwork.</summary>
internal sealed class ProductEvents(IOptions<SiteOptions> site)
{
    public ProductListed Listed(Product product) => new(
        product.Id.ToString(),
        product.Version,
        product.ArtistId.ToString(),
        product.Title,
        product.Price.Minor,
        product.Price.Currency,
        ImageUrlOf(product),
        product.Editions,
        product.UpdatedAt);

    public ProductUpdated Updated(Product product) => new(
        product.Id.ToString(),
        product.Version,
        product.ArtistId.ToString(),
        product.Title,
        product.Price.Minor,
        product.Price.Currency,
        ImageUrlOf(product),
        product.Editions,
        product.UpdatedAt);

    public ProductWithdrawn Withdrawn(Product product) => new(
        product.Id.ToString(),
        product.Version,
        product.ArtistId.ToString(),
        product.Title,
        product.Price.Minor,
        product.Price.Currency,
        ImageUrlOf(product),
        product.Editions,
        product.UpdatedAt);

    public string ImageUrlOf(Product product) => site.Value.Absolute(product.Images[0].Url);
}
