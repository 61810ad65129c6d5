using System.Net;
using Visuels.Contracts.Orders;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Orders.Tests;

[Proves(Requirement.OrderStates)]
public sealed class RaceTests(OrderApp app) : IClassFixture<OrderApp>
{
    [Fact]
    [Proves(Requirement.OrderStates)]
    public async Task A_hundred_parallel_accepts_of_a_hundred_orders_for_one_piece_accept_exactly_one()
    {
        var artist = app.Artist();
        var artwork = app.List(artist);
        var orders = await OrderAsync(artwork, 100);

        var answers = await Task.WhenAll(orders.Select(id => artist.AnswerAsync(id, "ACCEPTED")));

        Assert.Equal([(HttpStatusCode.OK, 1), (HttpStatusCode.Conflict, 99)], Outcomes(answers));
        await SettleAsync(artwork, accepted: 1, rejected: 99);
        await Task.WhenAll(orders.Select(id => app.Bus.NextAsync<OrderStatusChanged>(e => e.OrderId == id)));
        Assert.Single(app.Bus.Published<OrderStatusChanged>().Where(e => e.ProductId == $"{artwork.Id}" && e.Status == "ACCEPTED").DistinctBy(e => e.OrderId));
    }

    [Fact]
    public async Task Thirty_parallel_accepts_of_a_piece_with_five_editions_sell_each_edition_once()
    {
        var artist = app.Artist();
        var artwork = app.List(artist, editions: 5);
        var orders = await OrderAsync(artwork, 30);

        var answers = await Task.WhenAll(orders.Select(id => artist.AnswerAsync(id, "ACCEPTED")));

        Assert.Equal([(HttpStatusCode.OK, 5), (HttpStatusCode.Conflict, 25)], Outcomes(answers));
        await SettleAsync(artwork, accepted: 5, rejected: 25);
        var held = await Task.WhenAll(orders.Select(async id => (await artist.ReadOrderAsync(id))["editions"]!.AsArray()));
        Assert.Equal([1, 2, 3, 4, 5], held.SelectMany(numbers => numbers).Select(number => number!.GetValue<int>()).Order());
    }

    [Fact]
    public async Task Orders_of_several_editions_never_share_one()
    {
        var artist = app.Artist();
        var artwork = app.List(artist, editions: 7);
        var orders = await OrderAsync(artwork, 12, quantity: 2);

        var answers = await Task.WhenAll(orders.Select(id => artist.AnswerAsync(id, "ACCEPTED")));

        // Three pairs; the seventh edition is left for somebody who wants one.
        Assert.Equal(3, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.OK))
        {
            await refused.ProblemAsync(HttpStatusCode.Conflict, "not_enough_editions");
        }

        var held = await Task.WhenAll(orders.Select(async id => (await artist.ReadOrderAsync(id))["editions"]!.AsArray()));
        Assert.Equal(6, held.SelectMany(numbers => numbers).Select(number => number!.GetValue<int>()).Distinct().Count());
        await app.SellAsync(artist, artwork);
        await SettleAsync(artwork, accepted: 4, rejected: 9);
    }

    [Fact]
    public async Task Twenty_parallel_identical_creates_by_one_buyer_make_one_order()
    {
        var buyer = app.Buyer();
        var artwork = app.List(app.Artist());

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => buyer.BuyAsync(artwork)));

        Assert.Equal([(HttpStatusCode.OK, 19), (HttpStatusCode.Created, 1)], Outcomes(answers));
        var ids = await Task.WhenAll(answers.Select(async answer => (await answer.JsonAsync(answer.StatusCode))["order"]!.Text("_id")));
        var id = Assert.Single(ids.Distinct());
        Assert.Equal(new Dictionary<string, int> { ["REQUESTED"] = 1 }, await app.CountAsync(artwork));
        await app.Bus.NextAsync<OrderPlaced>(e => e.OrderId == id);
        Assert.Single(app.Bus.Published<OrderPlaced>(), e => e.ProductId == $"{artwork.Id}");
    }

    [Fact]
    public async Task Twenty_parallel_orders_of_one_cart_make_one_order_per_line()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artworks = Enumerable.Range(0, 3).Select(_ => app.List(artist)).ToList();
        foreach (var artwork in artworks)
        {
            await (await buyer.PutInCartAsync(artwork)).JsonAsync(HttpStatusCode.OK);
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => buyer.OrderCartAsync()));

        foreach (var answer in answers.Where(answer => answer.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.OK)))
        {
            await answer.ProblemAsync(HttpStatusCode.Conflict, "cart_empty");
        }

        foreach (var artwork in artworks)
        {
            Assert.Equal(new Dictionary<string, int> { ["REQUESTED"] = 1 }, await app.CountAsync(artwork));
        }

        Assert.Empty((await buyer.CartAsync())["items"]!.AsArray());
    }

    [Fact]
    [Proves(Requirement.OrderStates)]
    public async Task When_cancel_and_accept_meet_exactly_one_wins_and_both_sides_read_the_same()
    {
        for (var round = 0; round < 50; round++)
        {
            var (artist, buyer) = (app.Artist(), app.Buyer());
            var artwork = app.List(artist);
            var id = await buyer.OrderAsync(artwork);

            var moves = new[] { buyer.CancelAsync(id), artist.AnswerAsync(id, "ACCEPTED") };
            var (cancelled, accepted) = (await moves[0], await moves[1]);

            Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], new[] { cancelled.StatusCode, accepted.StatusCode }.Order());
            var order = await buyer.ReadOrderAsync(id);
            Assert.Equal(cancelled.StatusCode == HttpStatusCode.OK ? "CANCELLED" : "ACCEPTED", order.Text("status"));
            Assert.Equal(2, order["history"]!.AsArray().Count);
            Assert.Equal(order.ToJsonString(), (await artist.ReadOrderAsync(id)).ToJsonString());
        }
    }

    [Fact]
    public async Task When_view_and_accept_meet_the_order_is_accepted()
    {
        for (var round = 0; round < 20; round++)
        {
            var artist = app.Artist();
            var id = await app.Buyer().OrderAsync(app.List(artist));

            var moves = new[] { artist.AnswerAsync(id, "VIEWED"), artist.AnswerAsync(id, "ACCEPTED") };

            Assert.Equal(HttpStatusCode.OK, (await moves[1]).StatusCode);
            Assert.Contains((await moves[0]).StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.Conflict });
            Assert.Equal("ACCEPTED", (await artist.ReadOrderAsync(id)).Text("status"));
        }
    }

    [Fact]
    public async Task No_order_stays_open_when_buyers_ask_while_the_last_edition_is_accepted()
    {
        for (var round = 0; round < 10; round++)
        {
            var artist = app.Artist();
            var artwork = app.List(artist);
            var id = await app.Buyer().OrderAsync(artwork);

            var asked = Enumerable.Range(0, 10).Select(_ => app.Buyer().BuyAsync(artwork)).ToList();
            var accepted = artist.AnswerAsync(id, "ACCEPTED");
            var answers = await Task.WhenAll(asked);

            Assert.Equal(HttpStatusCode.OK, (await accepted).StatusCode);
            Assert.All(answers, answer => Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.Created, HttpStatusCode.Conflict }));
            await SettleAsync(artwork, accepted: 1, rejected: answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        }
    }

    private static IEnumerable<(HttpStatusCode, int)> Outcomes(IEnumerable<HttpResponseMessage> answers) =>
        answers.CountBy(answer => answer.StatusCode).OrderBy(count => count.Key).Select(count => (count.Key, count.Value));

    private async Task<IReadOnlyList<string>> OrderAsync(Artwork artwork, int count, int quantity = 1) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => app.Buyer().OrderAsync(artwork, quantity)));

    private Task SettleAsync(Artwork artwork, int accepted, int rejected) => Eventually.Until(
        async () =>
        {
            var counts = await app.CountAsync(artwork);
            return counts.GetValueOrDefault("ACCEPTED") == accepted
                && counts.GetValueOrDefault("REJECTED") == rejected
                && counts.Values.Sum() == accepted + rejected;
        },
        $"{accepted} accepted, {rejected} rejected");
}
