using System.Net;
using System.Text.Json.Nodes;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Orders.Carts;

namespace Visuels.Orders.Tests;

public sealed class CartOrderTests(OrderApp app) : IClassFixture<OrderApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cart_becomes_one_order_per_line_and_is_empty_then()
    {
        var (ada, eve, buyer) = (app.Artist(), app.Artist(), app.Buyer());
        var (first, second, third) = (app.List(ada, editions: 3), app.List(ada), app.List(eve));
        await buyer.PutInCartAsync(first, 2, "framed");
        await buyer.PutInCartAsync(second);
        await buyer.PutInCartAsync(third);

        var body = await (await buyer.OrderCartAsync()).JsonAsync(HttpStatusCode.Created);

        var orders = body["orders"]!.AsArray();
        Assert.Equal([first.Id, second.Id, third.Id], orders.Select(order => order!["item"]!.Id("productId")));
        Assert.Equal([ada.Id, ada.Id, eve.Id], orders.Select(order => order!["artist"]!.Id()));
        Assert.Equal((2, "framed"), (orders[0]!["item"]!["quantity"]!.GetValue<int>(), orders[0]!.Text("requirement")));
        Assert.Equal(orders[0]!.ToJsonString(), body["order"]!.ToJsonString());
        Assert.Empty(body["rejected"]!.AsArray());
        Assert.Empty((await buyer.CartAsync())["items"]!.AsArray());
    }

    [Fact]
    public async Task What_cannot_be_ordered_is_listed_and_stays_in_the_cart()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var (sold, withdrawn, fine) = (app.List(artist), app.List(artist), app.List(artist));
        await buyer.PutInCartAsync(sold);
        await buyer.PutInCartAsync(fine);
        await buyer.PutInCartAsync(withdrawn);
        await app.SellAsync(artist, sold);
        await app.WithdrawAsync(withdrawn);

        var body = await (await buyer.OrderCartAsync()).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(fine.Id, Assert.Single(body["orders"]!.AsArray())!["item"]!.Id("productId"));
        Assert.Equal([(sold.Id, "product_sold"), (withdrawn.Id, "product_unavailable")], Rejected(body));
        Assert.Equal([sold.Id, withdrawn.Id], (await buyer.CartAsync())["items"]!.AsArray().Select(line => line!.Id("productId")));
    }

    [Fact]
    public async Task When_nothing_can_be_ordered_it_is_409_and_the_cart_stays()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var (sold, withdrawn) = (app.List(artist), app.List(artist));
        await buyer.PutInCartAsync(sold);
        await app.SellAsync(artist, sold);
        var onlySold = await (await buyer.OrderCartAsync()).ProblemAsync(HttpStatusCode.Conflict, "product_sold");
        Assert.Equal([(sold.Id, "product_sold")], Rejected(onlySold));

        await buyer.PutInCartAsync(withdrawn);
        await app.WithdrawAsync(withdrawn);
        var both = await (await buyer.OrderCartAsync()).ProblemAsync(HttpStatusCode.Conflict, "nothing_to_order");

        Assert.Equal(2, Rejected(both).Count);
        Assert.Equal(2, (await buyer.CartAsync())["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_empty_cart_cannot_be_ordered() =>
        await (await app.Buyer().OrderCartAsync()).ProblemAsync(HttpStatusCode.Conflict, "cart_empty");

    [Fact]
    public async Task A_line_that_asks_for_what_is_ordered_already_leaves_the_cart_without_a_second_order()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist);
        await buyer.PutInCartAsync(artwork);
        var id = await buyer.OrderAsync(artwork);

        var body = await (await buyer.OrderCartAsync()).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(id, body["order"]!.Text("_id"));
        Assert.Empty((await buyer.CartAsync())["items"]!.AsArray());
        Assert.Equal(new Dictionary<string, int> { ["REQUESTED"] = 1 }, await app.CountAsync(artwork));
    }

    [Fact]
    public async Task A_line_that_asks_for_something_else_than_the_open_order_stays_and_is_told()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist, editions: 5);
        await buyer.OrderAsync(artwork);
        await buyer.PutInCartAsync(artwork, quantity: 2);

        await (await buyer.OrderCartAsync()).ProblemAsync(HttpStatusCode.Conflict, "already_ordered");

        Assert.Single((await buyer.CartAsync())["items"]!.AsArray());
    }

    [Fact]
    public async Task A_line_left_behind_by_a_crash_is_not_ordered_twice_even_after_its_order_was_answered()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist);
        await buyer.PutInCartAsync(artwork);
        var carts = app.Service.Database.GetCollection<BsonDocument>("carts");
        var before = await carts.Find(cart => cart["_id"] == buyer.Id).FirstAsync(Ct);
        var id = (await (await buyer.OrderCartAsync()).JsonAsync(HttpStatusCode.Created))["order"]!.Text("_id");
        await (await artist.AnswerAsync(id, "REJECTED")).JsonAsync(HttpStatusCode.OK);
        await carts.ReplaceOneAsync(cart => cart["_id"] == buyer.Id, before, cancellationToken: Ct);

        var body = await (await buyer.OrderCartAsync()).JsonAsync(HttpStatusCode.OK);

        Assert.Equal((id, "REJECTED"), (body["order"]!.Text("_id"), body["order"]!.Text("status")));
        Assert.Empty((await buyer.CartAsync())["items"]!.AsArray());
        Assert.Equal(new Dictionary<string, int> { ["REJECTED"] = 1 }, await app.CountAsync(artwork));
    }

    [Fact]
    public async Task A_full_cart_is_ordered_in_one_go()
    {
        var buyer = app.Buyer();
        foreach (var artwork in Enumerable.Range(0, Cart.MaxLines).Select(_ => app.List(app.Artist())))
        {
            await (await buyer.PutInCartAsync(artwork)).JsonAsync(HttpStatusCode.OK);
        }

        var body = await (await buyer.OrderCartAsync()).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(Cart.MaxLines, body["orders"]!.AsArray().Count);
    }

    private static List<(ObjectId Product, string Code)> Rejected(JsonNode body) =>
        [.. body["rejected"]!.AsArray().Select(line => (line!.Id("productId"), line!.Text("code")))];
}
