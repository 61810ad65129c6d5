using System.Net;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Contracts.Orders;
using Visuels.Testing.Requirements;

namespace Visuels.Orders.Tests;

public sealed class PlacingTests(OrderApp app) : IClassFixture<OrderApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_buyer_orders_an_artwork_as_it_is_now()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist, editions: 3, priceMinor: 10_010, title: "Harbour at dawn");

        var response = await buyer.BuyAsync(artwork, quantity: 3, requirement: "  framed, please ");

        var body = await response.JsonAsync(HttpStatusCode.Created);
        var order = body["order"]!;
        Assert.Equal($"/api/v1/order/{order.Text("_id")}", response.Headers.Location?.OriginalString);
        Assert.Equal("Order Created", body.Text("msg"));
        Assert.Equal(order.ToJsonString(), Assert.Single(body["orders"]!.AsArray())!.ToJsonString());
        Assert.Equal("REQUESTED", order.Text("status"));
        Assert.Equal("framed, please", order.Text("requirement"));
        Assert.Equal("USD", order.Text("currency"));
        Assert.Equal(300.30m, order["totalAmount"]!.GetValue<decimal>());
        Assert.Equal(30_030, order["totalMinor"]!.GetValue<long>());
        Assert.Equal(buyer.Id, order.Id("userId"));
        Assert.Equal((buyer.Id, buyer.Email, buyer.Username), (order["contact"]!.Id(), order["contact"]!.Text("email"), order["contact"]!.Text("username")));
        Assert.Equal((artist.Id, artist.Username), (order["artist"]!.Id(), order["artist"]!.Text("username")));
        var item = order["item"]!;
        Assert.Equal((artwork.Id, artist.Id), (item.Id("productId"), item.Id("artistId")));
        Assert.Equal(("Harbour at dawn", artwork.ImageUrl), (item.Text("title"), item.Text("image")));
        Assert.Equal((100.10m, 300.30m), (item["price"]!.GetValue<decimal>(), item["subtotal"]!.GetValue<decimal>()));
        Assert.Equal((10_010L, 3), (item["priceMinor"]!.GetValue<long>(), item["quantity"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Everybody_hears_of_a_new_order()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist, editions: 2, priceMinor: 999, currency: "EUR");

        var id = await buyer.OrderAsync(artwork, quantity: 2);

        var placed = await app.Bus.NextAsync<OrderPlaced>(e => e.OrderId == id);
        Assert.Equal(
            new OrderPlaced(id, 1, $"{buyer.Id}", $"{artist.Id}", $"{artwork.Id}", artwork.Title, artwork.ImageUrl, 2, 999, 1_998, "EUR", placed.At),
            placed);
    }

    [Fact]
    public async Task A_price_that_rises_later_does_not_change_the_order()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist, priceMinor: 500);
        var id = await buyer.OrderAsync(artwork);

        await app.Bus.PublishAsync(artwork.Updated(version: 2, title: "Dearer", priceMinor: 900));
        await app.WaitForCardAsync(artwork, version: 2);

        var order = await buyer.ReadOrderAsync(id);
        Assert.Equal((5m, "Harbour"), (order["totalAmount"]!.GetValue<decimal>(), order["item"]!.Text("title")));
    }

    [Fact]
    public async Task Asking_again_gives_the_open_order_that_is_there()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist, editions: 5);
        var id = await buyer.OrderAsync(artwork);
        await (await artist.AnswerAsync(id, "VIEWED")).JsonAsync(HttpStatusCode.OK);

        var body = await (await buyer.BuyAsync(artwork, quantity: 2)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal("Your order has already placed", body.Text("msg"));
        Assert.Equal((id, "VIEWED"), (body["order"]!.Text("_id"), body["order"]!.Text("status")));
        Assert.Equal(new Dictionary<string, int> { ["VIEWED"] = 1 }, await app.CountAsync(artwork));
    }

    [Fact]
    public async Task A_closed_order_does_not_keep_its_buyer_from_asking_again()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist, editions: 2);
        var rejected = await buyer.OrderAsync(artwork);
        await (await artist.AnswerAsync(rejected, "REJECTED")).JsonAsync(HttpStatusCode.OK);
        var accepted = await buyer.OrderAsync(artwork);
        await (await artist.AnswerAsync(accepted, "ACCEPTED")).JsonAsync(HttpStatusCode.OK);

        var third = await buyer.OrderAsync(artwork);

        Assert.Equal(3, new[] { rejected, accepted, third }.Distinct().Count());
    }

    [Fact]
    [Proves("T6")]
    [Proves(Requirement.ObjectRights)]
    public async Task One_buyers_open_order_is_no_business_of_another()
    {
        var artist = app.Artist();
        var artwork = app.List(artist);
        var first = await app.Buyer().OrderAsync(artwork);

        var second = await app.Buyer().OrderAsync(artwork);

        Assert.NotEqual(first, second);
    }

    [Fact]
    [Proves("T7")]
    public async Task What_is_sold_cannot_be_ordered()
    {
        var artist = app.Artist();
        var artwork = app.List(artist);
        var id = await app.Buyer().OrderAsync(artwork);
        await (await artist.AnswerAsync(id, "ACCEPTED")).JsonAsync(HttpStatusCode.OK);

        await (await app.Buyer().BuyAsync(artwork)).ProblemAsync(HttpStatusCode.Conflict, "product_sold");

        Assert.Equal(new Dictionary<string, int> { ["ACCEPTED"] = 1 }, await app.CountAsync(artwork));
    }

    [Fact]
    public async Task More_editions_than_are_left_cannot_be_ordered()
    {
        var artist = app.Artist();
        var artwork = app.List(artist, editions: 3);
        await (await app.Buyer().BuyAsync(artwork, quantity: 4)).ProblemAsync(HttpStatusCode.Conflict, "not_enough_editions");
        var id = await app.Buyer().OrderAsync(artwork, quantity: 2);
        await (await artist.AnswerAsync(id, "ACCEPTED")).JsonAsync(HttpStatusCode.OK);

        await (await app.Buyer().BuyAsync(artwork, quantity: 2)).ProblemAsync(HttpStatusCode.Conflict, "not_enough_editions");
        await app.Buyer().OrderAsync(artwork, quantity: 1);
    }

    [Fact]
    public async Task An_unknown_artwork_is_not_found_and_a_withdrawn_one_is_unavailable()
    {
        var buyer = app.Buyer();
        var unknown = new Artwork(ObjectId.GenerateNewId(), app.Artist().Id, "Nowhere", 1, "USD", 1);
        var withdrawn = app.List(app.Artist());
        await app.WithdrawAsync(withdrawn);

        await (await buyer.BuyAsync(unknown)).ProblemAsync(HttpStatusCode.NotFound, "not_found");
        await (await buyer.BuyAsync(withdrawn)).ProblemAsync(HttpStatusCode.Conflict, "product_unavailable");

        Assert.Equal(0, await app.Orders.CountDocumentsAsync(order => order["userId"] == buyer.Id, cancellationToken: Ct));
    }
}
