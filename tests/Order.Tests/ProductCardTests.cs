using System.Net;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.Orders.Tests;

/// <summary>Not shared: these tests count calls to Product, or take it down.</summary>
public sealed class ProductCardTests : IAsyncLifetime
{
    private readonly OrderApp _app = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _app.InitializeAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task An_artwork_is_known_by_its_event_without_asking_Product()
    {
        var artwork = _app.List(_app.Artist());
        await _app.Bus.PublishAsync(artwork.Listing());
        await _app.WaitForCardAsync(artwork, version: 1);
        _app.Product.IsDown = true;

        await _app.Buyer().OrderAsync(artwork);

        Assert.Equal(0, _app.Product.Calls);
    }

    [Fact]
    public async Task Product_is_asked_once_for_all_unknown_artworks_and_then_no_more()
    {
        var (artist, buyer) = (_app.Artist(), _app.Buyer());
        foreach (var artwork in Enumerable.Range(0, 10).Select(_ => _app.List(artist)))
        {
            await (await buyer.PutInCartAsync(artwork)).JsonAsync(HttpStatusCode.OK);
        }

        Assert.Equal(10, _app.Product.Calls);
        await _app.Cards.DeleteManyAsync(FilterDefinition<BsonDocument>.Empty, Ct);

        Assert.Equal(10, (await buyer.CartAsync())["items"]!.AsArray().Count);
        Assert.Equal(11, _app.Product.Calls);
        await buyer.CartAsync();
        Assert.Equal(11, _app.Product.Calls);
    }

    [Fact]
    public async Task When_Product_is_down_an_unknown_artwork_is_503_and_a_known_one_is_ordered()
    {
        var (artist, buyer) = (_app.Artist(), _app.Buyer());
        var (known, unknown) = (_app.List(artist), _app.List(artist));
        await (await buyer.PutInCartAsync(known)).JsonAsync(HttpStatusCode.OK);
        _app.Product.IsDown = true;

        var refused = await buyer.BuyAsync(unknown);
        await refused.ProblemAsync(HttpStatusCode.ServiceUnavailable, "dependency_unavailable");
        Assert.NotNull(refused.Headers.RetryAfter);
        await (await buyer.PutInCartAsync(unknown)).ProblemAsync(HttpStatusCode.ServiceUnavailable, "dependency_unavailable");

        Assert.Single((await buyer.CartAsync())["items"]!.AsArray());
        await buyer.OrderAsync(known);
        Assert.Equal(1, await _app.Orders.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: Ct));
    }

    [Fact]
    public async Task When_nothing_listens_at_Products_address_an_unknown_artwork_is_503()
    {
        var artwork = _app.List(_app.Artist());
        await _app.Product.DisposeAsync();

        await (await _app.Buyer().BuyAsync(artwork)).ProblemAsync(HttpStatusCode.ServiceUnavailable, "dependency_unavailable");
    }

    [Fact]
    public async Task When_Auth_is_down_a_new_face_is_503_and_nothing_is_ordered()
    {
        var (artist, buyer) = (_app.Artist(), _app.Buyer());
        var artwork = _app.List(artist);
        _app.Service.Auth.CardsDown = true;

        await (await buyer.BuyAsync(artwork)).ProblemAsync(HttpStatusCode.ServiceUnavailable, "dependency_unavailable");

        Assert.Empty(await _app.CountAsync(artwork));
    }

    [Fact]
    public async Task Events_that_come_late_twice_or_out_of_order_end_in_the_newest_state()
    {
        var artwork = _app.List(_app.Artist());
        await _app.Bus.PublishAsync(artwork.Updated(version: 3, title: "Third", priceMinor: 300));
        await _app.WaitForCardAsync(artwork, version: 3);

        await _app.Bus.PublishAsync(artwork.Updated(version: 3, title: "Third", priceMinor: 300));
        await _app.Bus.PublishAsync(artwork.Updated(version: 2, title: "Second", priceMinor: 200));
        await _app.Bus.PublishAsync(artwork.Listing(version: 1));
        await SettleAsync();

        var card = await _app.WaitForCardAsync(artwork, version: 3);
        Assert.Equal(("Third", 300L, true), (card["title"].AsString, card["priceMinor"].AsInt64, card["listed"].AsBoolean));
    }

    [Fact]
    public async Task An_artwork_whose_withdrawal_comes_first_stays_withdrawn()
    {
        var artwork = _app.List(_app.Artist());
        await _app.Bus.PublishAsync(artwork.Withdrawal(version: 4));
        await _app.WaitForCardAsync(artwork, version: 4);

        await _app.Bus.PublishAsync(artwork.Listing(version: 1));
        await _app.Bus.PublishAsync(artwork.Updated(version: 3, title: "Third", priceMinor: 300));
        await SettleAsync();

        var card = await _app.WaitForCardAsync(artwork, version: 4);
        Assert.False(card["listed"].AsBoolean);
        Assert.Equal((artwork.Title, artwork.Editions), (card["title"].AsString, card["editions"].AsInt32));
        await (await _app.Buyer().BuyAsync(artwork)).ProblemAsync(HttpStatusCode.Conflict, "product_unavailable");
    }

    [Fact]
    public async Task A_withdrawal_leaves_title_and_price_to_the_carts_that_show_them()
    {
        var artwork = _app.List(_app.Artist(), title: "Harbour");
        await _app.Bus.PublishAsync(artwork.Listing());
        await _app.WaitForCardAsync(artwork, version: 1);

        await _app.WithdrawAsync(artwork);

        Assert.Equal("Harbour", (await _app.WaitForCardAsync(artwork, version: 2))["title"].AsString);
    }

    [Fact]
    public async Task What_Product_tells_of_a_withdrawn_artwork_is_kept_as_withdrawn()
    {
        var artwork = _app.List(_app.Artist());
        _app.Product.Artworks[artwork.Id] = artwork with { Listed = false };

        await (await _app.Buyer().BuyAsync(artwork)).ProblemAsync(HttpStatusCode.Conflict, "product_unavailable");
    }

    // Every queue of products is read in turn: when a later event of each has arrived, the earlier ones have too.
    private async Task SettleAsync()
    {
        var (listed, updated) = (_app.List(_app.Artist()), _app.List(_app.Artist()));
        await _app.Bus.PublishAsync(listed.Listing());
        await _app.Bus.PublishAsync(updated.Updated(version: 1, title: "Marker", priceMinor: 1));
        await _app.WaitForCardAsync(listed, version: 1);
        await _app.WaitForCardAsync(updated, version: 1);
    }
}
