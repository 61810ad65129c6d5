using MassTransit;
using MongoDB.Bson;
using Visuels.Contracts.Products;

namespace Visuels.Orders.Artworks;

/// <summary>Keeps the card of a new artwork.</summary>
internal sealed class ProductListedConsumer(ProductCards cards) : IConsumer<ProductListed>
{
    public Task Consume(ConsumeContext<ProductListed> context)
    {
        var product = context.Message;
        return cards.ApplyAsync(
            new ProductCard
            {
                Id = ObjectId.Parse(product.ProductId),
                Version = product.Version,
                ArtistId = ObjectId.Parse(product.ArtistId),
                Title = product.Title,
                PriceMinor = product.PriceMinor,
                Currency = product.Currency,
                ImageUrl = product.ImageUrl,
                Editions = product.Editions,
                Listed = true,
            },
            context.CancellationToken);
    }
}

/// <summary>Keeps the card of a changed artwork.</summary>
internal sealed class ProductUpdatedConsumer(ProductCards cards) : IConsumer<ProductUpdated>
{
    public Task Consume(ConsumeContext<ProductUpdated> context)
    {
        var product = context.Message;
        return cards.ApplyAsync(
            new ProductCard
            {
                Id = ObjectId.Parse(product.ProductId),
                Version = product.Version,
                ArtistId = ObjectId.Parse(product.ArtistId),
                Title = product.Title,
                PriceMinor = product.PriceMinor,
                Currency = product.Currency,
                ImageUrl = product.ImageUrl,
                Editions = product.Editions,
                Listed = true,
            },
            context.CancellationToken);
    }
}

/// <summary>Takes an artwork off sale.</summary>
internal sealed class ProductWithdrawnConsumer(ProductCards cards) : IConsumer<ProductWithdrawn>
{
    public Task Consume(ConsumeContext<ProductWithdrawn> context)
    {
        var product = context.Message;
        return cards.WithdrawAsync(
            ObjectId.Parse(product.ProductId), product.Version, ObjectId.Parse(product.ArtistId), context.CancellationToken);
    }
}
