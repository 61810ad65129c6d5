using System.Net;
using Visuels.Orders.Carts;
using Visuels.Testing.Requirements;

namespace Visuels.Orders.Tests;

public sealed class CartTests(OrderApp app) : IClassFixture<OrderApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cart_begins_empty()
    {
        var cart = await app.Buyer().CartAsync();

        Assert.Empty(cart["items"]!.AsArray());
        Assert.Equal(0, cart["totalAmount"]!.GetValue<decimal>());
    }

    [Fact]
    public async Task A_line_shows_the_artwork_and_the_sum()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist, editions: 4, priceMinor: 1_999);

        var body = await (await buyer.PutInCartAsync(artwork, 2, "signed")).JsonAsync(HttpStatusCode.OK);

        var cart = body["cart"]!;
        var line = Assert.Single(cart["items"]!.AsArray())!;
        Assert.Equal((artwork.Id, artist.Id), (line.Id("productId"), line.Id("artistId")));
        Assert.Equal(("Harbour", artwork.ImageUrl, "signed"), (line.Text("title"), line.Text("image"), line.Text("requirement")));
        Assert.Equal((19.99m, 2, true), (line["price"]!.GetValue<decimal>(), line["quantity"]!.GetValue<int>(), line["available"]!.GetValue<bool>()));
        Assert.Equal((39.98m, 3_998L, "USD"), (cart["totalAmount"]!.GetValue<decimal>(), cart["totalMinor"]!.GetValue<long>(), cart.Text("currency")));
        Assert.Equal(cart.ToJsonString(), (await buyer.CartAsync()).ToJsonString());
    }

    [Fact]
    public async Task Putting_an_artwork_again_replaces_its_line_in_its_place()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var (first, second) = (app.List(artist, editions: 9), app.List(artist));
        await buyer.PutInCartAsync(first, 2, "framed");
        await buyer.PutInCartAsync(second);

        await buyer.PutInCartAsync(first, 5);

        var lines = (await buyer.CartAsync())["items"]!.AsArray();
        Assert.Equal([first.Id, second.Id], lines.Select(line => line!.Id("productId")));
        Assert.Equal(5, lines[0]!["quantity"]!.GetValue<int>());
        Assert.Null(lines[0]!["requirement"]);
    }

    [Fact]
    public async Task Lines_can_be_taken_out_one_by_one_or_all_at_once()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var (first, second) = (app.List(artist), app.List(artist));
        await buyer.PutInCartAsync(first);
        await buyer.PutInCartAsync(second);

        var left = await (await buyer.Http.DeleteAsync($"/api/v1/order/cart/items/{first.Id}", Ct)).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(second.Id, Assert.Single(left["cart"]!["items"]!.AsArray())!.Id("productId"));
        await (await buyer.Http.DeleteAsync($"/api/v1/order/cart/items/{first.Id}", Ct)).JsonAsync(HttpStatusCode.OK);

        var none = await (await buyer.Http.DeleteAsync("/api/v1/order/cart", Ct)).JsonAsync(HttpStatusCode.OK);
        Assert.Empty(none["cart"]!["items"]!.AsArray());
        Assert.Empty((await buyer.CartAsync())["items"]!.AsArray());
    }

    [Fact]
    [Proves(Requirement.ObjectRights)]
    public async Task A_cart_is_its_buyers_alone()
    {
        var artwork = app.List(app.Artist());
        await app.Buyer().PutInCartAsync(artwork);

        Assert.Empty((await app.Buyer().CartAsync())["items"]!.AsArray());
    }

    [Fact]
    public async Task A_cart_shows_todays_title_and_price()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist, priceMinor: 1_000);
        await buyer.PutInCartAsync(artwork);

        await app.Bus.PublishAsync(artwork.Updated(version: 2, title: "Renamed", priceMinor: 2_500));
        await app.WaitForCardAsync(artwork, version: 2);

        var cart = await buyer.CartAsync();
        Assert.Equal(("Renamed", 25m), (cart["items"]![0]!.Text("title"), cart["totalAmount"]!.GetValue<decimal>()));
    }

    [Fact]
    public async Task What_was_sold_or_withdrawn_meanwhile_is_shown_as_unavailable_and_not_added_up()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var (sold, withdrawn, scarce, fine) =
            (app.List(artist), app.List(artist), app.List(artist, editions: 2), app.List(artist, priceMinor: 700));
        await buyer.PutInCartAsync(sold);
        await buyer.PutInCartAsync(withdrawn);
        await buyer.PutInCartAsync(scarce, quantity: 2);
        await buyer.PutInCartAsync(fine);
        await app.SellAsync(artist, sold);
        await app.SellAsync(artist, scarce);
        await app.WithdrawAsync(withdrawn);

        var cart = await buyer.CartAsync();

        Assert.Equal(
            ["product_sold", "product_unavailable", "not_enough_editions", null],
            cart["items"]!.AsArray().Select(line => line!["code"]?.GetValue<string>()));
        Assert.Equal([false, false, false, true], cart["items"]!.AsArray().Select(line => line!["available"]!.GetValue<bool>()));
        Assert.Equal(7m, cart["totalAmount"]!.GetValue<decimal>());
    }

    [Fact]
    public async Task What_cannot_be_ordered_cannot_be_put_in_the_cart()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var (sold, withdrawn, unique) = (app.List(artist), app.List(artist), app.List(artist));
        var unknown = unique with { Id = MongoDB.Bson.ObjectId.GenerateNewId() };
        await app.SellAsync(artist, sold);
        await app.WithdrawAsync(withdrawn);

        await (await buyer.PutInCartAsync(sold)).ProblemAsync(HttpStatusCode.Conflict, "product_sold");
        await (await buyer.PutInCartAsync(withdrawn)).ProblemAsync(HttpStatusCode.Conflict, "product_unavailable");
        await (await buyer.PutInCartAsync(unique, quantity: 2)).ProblemAsync(HttpStatusCode.Conflict, "not_enough_editions");
        await (await buyer.PutInCartAsync(unknown)).ProblemAsync(HttpStatusCode.NotFound, "not_found");

        Assert.Empty((await buyer.CartAsync())["items"]!.AsArray());
    }

    [Fact]
    public async Task A_cart_of_several_currencies_has_one_sum_for_each()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        await buyer.PutInCartAsync(app.List(artist, priceMinor: 1_000, currency: "USD"));
        await buyer.PutInCartAsync(app.List(artist, priceMinor: 1_000, currency: "JPY"));

        var cart = await buyer.CartAsync();

        Assert.Null(cart["totalAmount"]);
        Assert.Equal(
            """[{"currency":"USD","totalAmount":10,"totalMinor":1000},{"currency":"JPY","totalAmount":1000,"totalMinor":1000}]""",
            cart["totals"]!.ToJsonString());
    }

    [Fact]
    public async Task A_full_cart_takes_no_more_artworks_but_changes_those_it_has()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artworks = Enumerable.Range(0, Cart.MaxLines).Select(_ => app.List(artist, editions: 9)).ToList();

        // All at once: no parallel request may get past the limit, and none may be lost below it.
        foreach (var response in await Task.WhenAll(artworks.Select(artwork => buyer.PutInCartAsync(artwork))))
        {
            await response.JsonAsync(HttpStatusCode.OK);
        }

        var tooMany = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => buyer.PutInCartAsync(app.List(artist))));
        foreach (var response in tooMany)
        {
            await response.ProblemAsync(HttpStatusCode.Conflict, "cart_full");
        }

        await (await buyer.PutInCartAsync(artworks[^1], quantity: 3)).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(Cart.MaxLines, (await buyer.CartAsync())["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task Putting_the_same_artwork_many_times_at_once_makes_one_line()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist, editions: 9);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => buyer.PutInCartAsync(artwork)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Single((await buyer.CartAsync())["items"]!.AsArray());
    }
}
