using MassTransit;
using Visuels.Contracts.Products;

namespace Visuels.Orders.Artworks;

/// <summary>Keeps the card of a new artwork.</summary>
internal sealed class ProductListedConsumer(ProductCards cards) : IConsumer<ProductListed>
{
    public Task Consume(ConsumeContext<ProductListed> context)
    {
        var e = context.Message;
        return cards.ApplyAsync(
            ProductCard.From(e.ProductId, e.Version, e.ArtistId, e.Title, e.PriceMinor, e.Currency, e.ImageUrl, e.Editions), context.CancellationToken);
    }
}

/// <summary>Keeps the card of a changed artwork.</summary>
internal sealed class ProductUpdatedConsumer(ProductCards cards) : IConsumer<ProductUpdated>
{
    public Task Consume(ConsumeContext<ProductUpdated> context)
    {
        var e = context.Message;
        return cards.ApplyAsync(
            ProductCard.From(e.ProductId, e.Version, e.ArtistId, e.Title, e.PriceMinor, e.Currency, e.ImageUrl, e.Editions), context.CancellationToken);
    }
}

/// <summary>Takes an artwork off sale; carts go on showing its title and price.</summary>
internal sealed class ProductWithdrawnConsumer(ProductCards cards) : IConsumer<ProductWithdrawn>
{
    public Task Consume(ConsumeContext<ProductWithdrawn> context)
    {
        var e = context.Message;
        return cards.ApplyAsync(
            ProductCard.From(e.ProductId, e.Version, e.ArtistId, e.Title, e.PriceMinor, e.Currency, e.ImageUrl, e.Editions, listed: false), context.CancellationToken);
    }
}
