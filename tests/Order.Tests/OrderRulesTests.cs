using MongoDB.Bson;
using Visuels.Contracts.Orders;
using Visuels.Orders.Artworks;
using Visuels.Orders.Carts;

namespace Visuels.Orders.Tests;

public sealed class OrderRulesTests
{
    [Fact]
    public void Only_these_moves_are_allowed_and_only_to_those_who_may_make_them()
    {
        string[] allowed =
        [
            "ARTIST REQUESTED VIEWED",
            "ARTIST REQUESTED ACCEPTED",
            "ARTIST REQUESTED REJECTED",
            "ARTIST VIEWED ACCEPTED",
            "ARTIST VIEWED REJECTED",
            "ARTIST ACCEPTED CANCELLED",
            "BUYER REQUESTED CANCELLED",
            "BUYER VIEWED CANCELLED",
            "SYSTEM REQUESTED REJECTED",
            "SYSTEM VIEWED REJECTED",
            "SYSTEM REQUESTED CANCELLED",
            "SYSTEM VIEWED CANCELLED",
        ];

        var found =
            from actor in new[] { OrderActors.Artist, OrderActors.Buyer, OrderActors.System, "ADMIN" }
            from before in Enum.GetValues<OrderStatus>()
            from after in Enum.GetValues<OrderStatus>()
            where OrderRules.Allows(before, after, actor)
            select $"{actor} {before} {after}";

        Assert.Equal(allowed.Order(), found.Order());
    }

    [Fact]
    public void The_lowest_free_editions_are_taken_first()
    {
        Assert.Equal([2, 4], OrderRules.FreeEditions(5, new HashSet<int> { 1, 3 }, 2));
        Assert.Equal([5], OrderRules.FreeEditions(5, new HashSet<int> { 1, 2, 3, 4 }, 2));
        Assert.Empty(OrderRules.FreeEditions(1, new HashSet<int> { 1 }, 1));
    }

    [Fact]
    public void What_stands_in_the_way_of_an_order_is_named()
    {
        var card = new ProductCard { Id = ObjectId.GenerateNewId(), Editions = 3, Listed = true };
        var withdrawn = new ProductCard { Id = card.Id, Editions = 3, Listed = false };

        Assert.Null(ProductCard.ObstacleTo(card, sold: 1, quantity: 2));
        Assert.Equal("not_enough_editions", ProductCard.ObstacleTo(card, sold: 1, quantity: 3));
        Assert.Equal("product_sold", ProductCard.ObstacleTo(card, sold: 3, quantity: 1));
        Assert.Equal("product_unavailable", ProductCard.ObstacleTo(withdrawn, sold: 0, quantity: 1));
        Assert.Equal("not_found", ProductCard.ObstacleTo(null, sold: 0, quantity: 1));
    }

    [Fact]
    public void A_cart_adds_up_what_is_available_in_its_currency()
    {
        var cart = CartView.Total([Line(1_999, "USD", 2), Line(1, "USD", 1), Line(99_999, "USD", 1, available: false)]);

        Assert.Equal((39.99m, 3_999L, "USD"), (cart.TotalAmount, cart.TotalMinor, cart.Currency));
        Assert.Single(cart.Totals);
    }

    [Fact]
    public void Sums_of_different_currencies_are_never_added_up()
    {
        var cart = CartView.Total([Line(1_999, "USD", 1), Line(5_000, "JPY", 2), Line(1_234, "KWD", 1)]);

        Assert.Null(cart.TotalAmount);
        Assert.Null(cart.TotalMinor);
        Assert.Null(cart.Currency);
        Assert.Equal(
            [new CartTotal("USD", 19.99m, 1_999), new CartTotal("JPY", 10_000m, 10_000), new CartTotal("KWD", 1.234m, 1_234)], cart.Totals);
    }

    [Fact]
    public void An_empty_cart_costs_nothing()
    {
        var cart = CartView.Total([]);

        Assert.Equal((0m, 0L, null), (cart.TotalAmount, cart.TotalMinor, cart.Currency));
    }

    private static CartItemResponse Line(long priceMinor, string currency, int quantity, bool available = true) => CartView.Show(
        CartLine.Of(ObjectId.GenerateNewId(), quantity, null, DateTimeOffset.UnixEpoch),
        new ProductCard { Id = ObjectId.GenerateNewId(), PriceMinor = priceMinor, Currency = currency, Editions = 5, Listed = available },
        taken: 0);
}
