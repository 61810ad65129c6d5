using System.Net;
using Visuels.Contracts.Orders;
using Visuels.Testing.Requirements;

namespace Visuels.Orders.Tests;

/// <summary>An artist who clicks twice, changes their mind or withdraws the artwork while others act.</summary>
[Proves(Requirement.OrderStates)]
public sealed class AnsweringRaceTests(OrderApp app) : IClassFixture<OrderApp>
{
    [Fact]
    public async Task Ten_parallel_accepts_of_one_order_accept_it_once()
    {
        var artist = app.Artist();
        var id = await app.Buyer().OrderAsync(app.List(artist, editions: 5));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => artist.AnswerAsync(id, "ACCEPTED")));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.OK))
        {
            await refused.ProblemAsync(HttpStatusCode.Conflict, "illegal_transition");
        }

        var order = await artist.ReadOrderAsync(id);
        Assert.Equal((2, 1), (order["history"]!.AsArray().Count, order["editions"]!.AsArray().Count));
    }

    [Fact]
    public async Task Ten_parallel_cancellations_by_the_artist_cancel_once()
    {
        var artist = app.Artist();
        var id = await app.SellAsync(artist, app.List(artist));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => artist.CancelAsync(id)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(3, (await artist.ReadOrderAsync(id))["history"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_accept_that_meets_the_artists_own_cancellation_is_cancelled_or_stands_and_its_edition_goes_with_it()
    {
        for (var round = 0; round < 20; round++)
        {
            var artist = app.Artist();
            var artwork = app.List(artist);
            var id = await app.Buyer().OrderAsync(artwork);

            var (accepting, cancelling) = (artist.AnswerAsync(id, "ACCEPTED"), artist.CancelAsync(id));

            Assert.Equal(HttpStatusCode.OK, (await accepting).StatusCode);
            var cancelled = (await cancelling).StatusCode == HttpStatusCode.OK;
            var order = await artist.ReadOrderAsync(id);
            Assert.Equal((cancelled ? "CANCELLED" : "ACCEPTED", cancelled ? 0 : 1), (order.Text("status"), order["editions"]!.AsArray().Count));
            Assert.Equal(cancelled ? HttpStatusCode.Created : HttpStatusCode.Conflict, (await app.Buyer().BuyAsync(artwork)).StatusCode);
        }
    }

    [Fact]
    public async Task Editions_that_come_and_go_under_the_hands_of_others_are_all_free_in_the_end()
    {
        var artist = app.Artist();
        var artwork = app.List(artist, editions: 2);
        var orders = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => app.Buyer().OrderAsync(artwork)));

        // Every accepted order is cancelled again at once, so that editions come and go under the others' hands.
        await Task.WhenAll(orders.Select(async id =>
        {
            if ((await artist.AnswerAsync(id, "ACCEPTED")).StatusCode == HttpStatusCode.OK)
            {
                await (await artist.CancelAsync(id)).JsonAsync(HttpStatusCode.OK);
            }
        }));

        var counts = await app.CountAsync(artwork);
        Assert.Equal(0, counts.GetValueOrDefault("ACCEPTED"));
        Assert.True(counts["CANCELLED"] >= 2, $"{counts["CANCELLED"]} were accepted and cancelled");
        await app.SellAsync(artist, artwork, quantity: 2);
    }

    [Fact]
    public async Task News_of_an_acceptance_that_was_cancelled_since_turns_nobody_down()
    {
        var artist = app.Artist();
        var (artwork, marker) = (app.List(artist), app.List(artist, editions: 2));
        var first = await app.SellAsync(artist, artwork);
        var late = await app.Bus.NextAsync<OrderStatusChanged>(e => e.OrderId == first && e.Status == "ACCEPTED");
        await (await artist.CancelAsync(first)).JsonAsync(HttpStatusCode.OK);
        var second = await app.Buyer().OrderAsync(artwork);

        await app.Bus.PublishAsync(late);

        // Comes through the same queue later.
        var behind = await app.Buyer().OrderAsync(marker);
        await app.SellAsync(artist, marker, quantity: 2);
        await app.Bus.NextAsync<OrderStatusChanged>(e => e.OrderId == behind && e.Reason == "sold");
        Assert.Equal("REQUESTED", (await artist.ReadOrderAsync(second)).Text("status"));
        await (await artist.AnswerAsync(second, "ACCEPTED")).JsonAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_withdrawal_leaves_open_orders_to_their_two_sides()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist, editions: 4);
        var (accepted, rejected, cancelled) = (await app.Buyer().OrderAsync(artwork), await app.Buyer().OrderAsync(artwork), await buyer.OrderAsync(artwork));
        await app.WithdrawAsync(artwork);

        await (await app.Buyer().BuyAsync(artwork)).ProblemAsync(HttpStatusCode.Conflict, "product_unavailable");
        await (await buyer.BuyAsync(artwork)).JsonAsync(HttpStatusCode.OK);
        await (await artist.AnswerAsync(accepted, "VIEWED")).JsonAsync(HttpStatusCode.OK);
        await (await artist.AnswerAsync(accepted, "ACCEPTED")).JsonAsync(HttpStatusCode.OK);
        await (await artist.AnswerAsync(rejected, "REJECTED")).JsonAsync(HttpStatusCode.OK);
        await (await buyer.CancelAsync(cancelled)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(new Dictionary<string, int> { ["ACCEPTED"] = 1, ["REJECTED"] = 1, ["CANCELLED"] = 1 }, await app.CountAsync(artwork));
    }

    [Fact]
    public async Task Accepting_and_ordering_while_the_artwork_is_withdrawn_end_in_one_of_the_allowed_states()
    {
        for (var round = 0; round < 10; round++)
        {
            var artist = app.Artist();
            var artwork = app.List(artist, editions: 10);
            var id = await app.Buyer().OrderAsync(artwork);

            var withdrawing = app.WithdrawAsync(artwork);
            var accepting = artist.AnswerAsync(id, "ACCEPTED");
            var buying = Enumerable.Range(0, 5).Select(_ => app.Buyer().BuyAsync(artwork)).ToList();

            await withdrawing;
            await (await accepting).JsonAsync(HttpStatusCode.OK);
            var placed = 0;
            foreach (var answer in await Task.WhenAll(buying))
            {
                placed += answer.StatusCode == HttpStatusCode.Created ? 1 : 0;
                if (answer.StatusCode != HttpStatusCode.Created)
                {
                    await answer.ProblemAsync(HttpStatusCode.Conflict, "product_unavailable");
                }
            }

            await (await app.Buyer().BuyAsync(artwork)).ProblemAsync(HttpStatusCode.Conflict, "product_unavailable");
            var counts = await app.CountAsync(artwork);
            Assert.Equal((1, placed), (counts["ACCEPTED"], counts.GetValueOrDefault("REQUESTED")));
        }
    }
}
