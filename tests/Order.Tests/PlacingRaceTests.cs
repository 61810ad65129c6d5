using System.Net;
using Visuels.Contracts.Orders;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Orders.Tests;

/// <summary>A buyer who clicks twice, has two tabs open or whose client sends a request again before it is answered.</summary>
public sealed class PlacingRaceTests(OrderApp app) : IClassFixture<OrderApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves(Requirement.Idempotency)]
    public async Task Twenty_parallel_creates_with_one_key_make_one_order_and_give_one_answer()
    {
        var buyer = app.Buyer();
        var artwork = app.List(app.Artist());

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => buyer.BuyWithKeyAsync("k", artwork)));

        var id = await OneAnswerAsync(answers);
        Assert.Equal(new Dictionary<string, int> { ["REQUESTED"] = 1 }, await app.CountAsync(artwork));
        await app.Bus.NextAsync<OrderPlaced>(e => e.OrderId == id);
        Assert.Single(app.Bus.Published<OrderPlaced>(), e => e.ProductId == $"{artwork.Id}");
    }

    [Fact]
    public async Task Twenty_parallel_orders_of_one_cart_with_one_key_make_one_order_per_line_and_give_one_answer()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artworks = await FillAsync(buyer, app.List(artist), app.List(artist), app.List(artist));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => buyer.CreateWithKeyAsync("k", "{}")));

        await OneAnswerAsync(answers);
        foreach (var artwork in artworks)
        {
            Assert.Equal(new Dictionary<string, int> { ["REQUESTED"] = 1 }, await app.CountAsync(artwork));
        }

        Assert.Empty((await buyer.CartAsync())["items"]!.AsArray());
    }

    [Fact]
    public async Task Parallel_creates_with_keys_of_their_own_and_without_make_one_order()
    {
        var buyer = app.Buyer();
        var artwork = app.List(app.Artist());

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => n % 2 == 0 ? buyer.BuyWithKeyAsync($"{n}", artwork) : buyer.BuyAsync(artwork)));

        Assert.All(answers, answer => Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}"));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(new Dictionary<string, int> { ["REQUESTED"] = 1 }, await app.CountAsync(artwork));
    }

    [Fact]
    public async Task One_key_with_two_bodies_at_once_does_one_of_them()
    {
        for (var round = 0; round < 20; round++)
        {
            var buyer = app.Buyer();
            var (first, second) = (app.List(app.Artist()), app.List(app.Artist()));

            var answers = await Task.WhenAll(buyer.BuyWithKeyAsync("k", first), buyer.BuyWithKeyAsync("k", second));

            Assert.Equal([HttpStatusCode.Created, HttpStatusCode.UnprocessableEntity], answers.Select(answer => answer.StatusCode).Order());
            Assert.Equal(1, (await app.CountAsync(first)).Values.Sum() + (await app.CountAsync(second)).Values.Sum());
        }
    }

    [Fact]
    public async Task Ordering_again_while_the_open_order_is_cancelled_finds_it_or_makes_a_new_one()
    {
        for (var round = 0; round < 30; round++)
        {
            var buyer = app.Buyer();
            var artwork = app.List(app.Artist());
            var id = await buyer.OrderAsync(artwork);

            var (cancelling, buying) = (buyer.CancelAsync(id), buyer.BuyAsync(artwork));

            Assert.Equal(HttpStatusCode.OK, (await cancelling).StatusCode);
            var again = await buying;
            Assert.True(again.IsSuccessStatusCode, $"{again.StatusCode}");
            Assert.Equal(again.StatusCode == HttpStatusCode.Created ? 1 : 0, (await app.CountAsync(artwork)).GetValueOrDefault("REQUESTED"));
        }
    }

    [Fact]
    public async Task A_line_changed_in_another_tab_while_the_cart_is_ordered_is_neither_lost_nor_ordered_twice()
    {
        for (var round = 0; round < 20; round++)
        {
            var buyer = app.Buyer();
            var artwork = app.List(app.Artist(), editions: 9);
            await FillAsync(buyer, artwork);

            var (changing, ordering) = (buyer.PutInCartAsync(artwork, quantity: 2), buyer.OrderCartAsync());

            await (await changing).JsonAsync(HttpStatusCode.OK);
            var order = (await (await ordering).JsonAsync(HttpStatusCode.Created))["order"]!;
            var left = (await buyer.CartAsync())["items"]!.AsArray().Select(line => line!["quantity"]!.GetValue<int>()).ToList();
            Assert.Equal(order["item"]!["quantity"]!.GetValue<int>() == 1 ? [2] : [], left);
            Assert.Equal(1, (await app.CountAsync(artwork)).Values.Sum());
        }
    }

    [Fact]
    public async Task The_carts_of_two_buyers_ask_for_the_same_pieces_and_each_piece_is_sold_to_one()
    {
        var (artist, ann, bob) = (app.Artist(), app.Buyer(), app.Buyer());
        var artworks = await FillAsync(ann, [.. Enumerable.Range(0, 8).Select(_ => app.List(artist))]);
        await FillAsync(bob, artworks);

        var bodies = await Task.WhenAll(new[] { ann, bob }.Select(async buyer => await (await buyer.OrderCartAsync()).JsonAsync(HttpStatusCode.Created)));
        var orders = bodies.SelectMany(body => body["orders"]!.AsArray()).Select(order => order!.Text("_id")).ToList();
        var answers = await Task.WhenAll(orders.Select(id => artist.AnswerAsync(id, "ACCEPTED")));

        Assert.Equal((16, 8), (orders.Count, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK)));
        await Eventually.Until(
            async () => (await Task.WhenAll(artworks.Select(app.CountAsync)))
                .All(counts => counts.GetValueOrDefault("ACCEPTED") == 1 && counts.GetValueOrDefault("REJECTED") == 1),
            "each piece is sold to one and refused to the other");
    }

    /// <summary>One of them was handled; the others got its answer or were asked to come again.</summary>
    private static async Task<string> OneAnswerAsync(IReadOnlyCollection<HttpResponseMessage> answers)
    {
        var handled = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created && !answer.Headers.Contains("Idempotent-Replayed"));
        var body = await handled.Content.ReadAsStringAsync(Ct);
        foreach (var other in answers.Where(answer => answer != handled))
        {
            if (other.StatusCode == HttpStatusCode.Created)
            {
                Assert.Equal(body, await other.Content.ReadAsStringAsync(Ct));
            }
            else
            {
                await other.ProblemAsync(HttpStatusCode.Conflict, "request_in_progress");
            }
        }

        return (await handled.JsonAsync(HttpStatusCode.Created))["order"]!.Text("_id");
    }

    private static async Task<Artwork[]> FillAsync(Person buyer, params Artwork[] artworks)
    {
        foreach (var artwork in artworks)
        {
            await (await buyer.PutInCartAsync(artwork)).JsonAsync(HttpStatusCode.OK);
        }

        return artworks;
    }
}
