using System.Net;
using Visuels.Testing;

namespace Visuels.Orders.Tests;

/// <summary>What a request costs the store: as much for fifty lines as for one.</summary>
public sealed class StoreCallTests(OrderApp app) : IClassFixture<OrderApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Store_calls_do_not_grow_with_the_cart()
    {
        var (small, large) = (app.Buyer(), app.Buyer());
        await FillAsync(small, 2);
        await FillAsync(large, 30);

        Assert.Equal(3, await StoreCalls.CountAsync(() => small.GetAsync("cart")));
        Assert.Equal(3, await StoreCalls.CountAsync(() => large.GetAsync("cart")));
        var (one, many) = (await StoreCalls.CountAsync(small.OrderCartAsync), await StoreCalls.CountAsync(large.OrderCartAsync));
        Assert.Equal(7, one);
        Assert.Equal(one, many);
    }

    [Fact]
    public async Task Store_calls_do_not_grow_with_the_list()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        await buyer.OrderAsync(app.List(artist));
        var one = await StoreCalls.CountAsync(() => artist.GetAsync("artist"));
        for (var i = 0; i < 15; i++)
        {
            await app.Buyer().OrderAsync(app.List(artist));
        }

        Assert.Equal(3, one);
        Assert.Equal(3, await StoreCalls.CountAsync(() => artist.GetAsync("artist")));
        Assert.Equal(3, await StoreCalls.CountAsync(() => buyer.GetAsync("user")));
    }

    [Fact]
    public async Task Buying_and_answering_cost_a_handful_of_store_calls()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        await buyer.OrderAsync(app.List(artist));
        var artwork = app.List(artist);
        await (await buyer.PutInCartAsync(artwork)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(5, await StoreCalls.CountAsync(() => buyer.BuyAsync(artwork)));
        var id = (await (await buyer.BuyAsync(artwork)).JsonAsync(HttpStatusCode.OK))["order"]!.Text("_id");

        Assert.Equal(2, await StoreCalls.CountAsync(() => artist.AnswerAsync(id, "VIEWED")));
        Assert.Equal(3, await StoreCalls.CountAsync(() => artist.AnswerAsync(id, "ACCEPTED")));
        Assert.Equal(2, await StoreCalls.CountAsync(() => artist.CancelAsync(id)));
        Assert.Equal(2, await StoreCalls.CountAsync(() => artist.GetAsync(id)));
    }

    [Fact]
    public async Task A_key_costs_two_store_calls_more_and_a_replay_costs_two()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        await buyer.OrderAsync(app.List(artist));
        var artwork = app.List(artist);
        await (await buyer.PutInCartAsync(artwork)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(7, await StoreCalls.CountAsync(() => buyer.BuyWithKeyAsync("k", artwork)));
        Assert.Equal(2, await StoreCalls.CountAsync(() => buyer.BuyWithKeyAsync("k", artwork)));
    }

    // All cards are known afterwards, so that what is counted is the steady state.
    private async Task FillAsync(Person buyer, int lines)
    {
        var artist = app.Artist();
        await buyer.OrderAsync(app.List(artist));
        foreach (var artwork in Enumerable.Range(0, lines).Select(_ => app.List(artist)))
        {
            await (await buyer.PutInCartAsync(artwork)).JsonAsync(HttpStatusCode.OK);
        }
    }
}
