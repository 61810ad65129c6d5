using Visuels.Orders.Artworks;
using Visuels.ServiceDefaults.Money;

namespace Visuels.Orders.Carts;

/// <summary>Shows a cart as things are now: today's titles and prices, and what can still be ordered.</summary>
internal sealed class CartView(ProductCards cards, SoldEditions sold)
{
    public async Task<CartAnswer> ShowAsync(Cart? cart, CancellationToken ct)
    {
        var lines = cart?.Items ?? [];
        if (lines.Count == 0)
        {
            return new CartAnswer(Total([]));
        }

        var products = lines.Select(line => line.ProductId).ToList();
        var known = await cards.GetAsync(products, ct);
        var taken = await sold.CountAsync(products, ct);
        return new CartAnswer(Total([.. lines.Select(line =>
            Show(line, known.GetValueOrDefault(line.ProductId), taken.GetValueOrDefault(line.ProductId)))]));
    }

    internal static CartItemResponse Show(CartLine line, ProductCard? card, int taken)
    {
        var obstacle = ProductCard.ObstacleTo(card, taken, line.Quantity);
        card ??= new ProductCard { Id = line.ProductId };
        return new CartItemResponse(
            line.ProductId,
            card.ArtistId,
            card.Title,
            Currencies.ToMajor(card.PriceMinor, card.Currency),
            card.PriceMinor,
            card.Currency,
            line.Quantity,
            card.ImageUrl,
            line.Requirement,
            obstacle is null,
            obstacle);
    }

    internal static CartResponse Total(IReadOnlyList<CartItemResponse> items)
    {
        var totals = items
            .Where(item => item.Available)
            .GroupBy(item => item.Currency, item => item.PriceMinor * item.Quantity)
            .Select(sums => new CartTotal(sums.Key, Currencies.ToMajor(sums.Sum(), sums.Key), sums.Sum()))
            .ToList();

        // Sums of different currencies cannot be added up.
        return totals switch
        {
            [] => new CartResponse(items, 0, 0, null, totals),
            [var only] => new CartResponse(items, only.TotalAmount, only.TotalMinor, only.Currency, totals),
            _ => new CartResponse(items, null, null, null, totals),
        };
    }
}
