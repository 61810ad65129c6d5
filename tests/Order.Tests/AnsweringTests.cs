using System.Net;
using MongoDB.Driver;
using Visuels.Contracts.Orders;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Orders.Tests;

public sealed class AnsweringTests(OrderApp app) : IClassFixture<OrderApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_artist_views_and_accepts_and_both_sides_read_the_same_history()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var id = await buyer.OrderAsync(app.List(artist));

        await artist.AnswerAsync(id, "VIEWED");
        var answer = await (await artist.AnswerAsync(id, "ACCEPTED", "  With pleasure ")).JsonAsync(HttpStatusCode.OK);

        Assert.Equal($$"""{"msg":"Order updated","orderId":"{{id}}","status":"ACCEPTED"}""", answer.ToJsonString());
        var order = await buyer.ReadOrderAsync(id);
        Assert.Equal(("ACCEPTED", "[1]", 3), (order.Text("status"), order["editions"]!.ToJsonString(), order["version"]!.GetValue<int>()));
        Assert.Equal(
            [("REQUESTED", "BUYER", null), ("VIEWED", "ARTIST", null), ("ACCEPTED", "ARTIST", "With pleasure")],
            order["history"]!.AsArray().Select(entry => (entry!.Text("status"), entry!.Text("by"), entry!["reason"]?.GetValue<string>())));
        Assert.All(order["history"]!.AsArray(), entry => Assert.EndsWith("Z", entry!.Text("at")));
        Assert.Equal(order.ToJsonString(), (await artist.ReadOrderAsync(id)).ToJsonString());
    }

    [Fact]
    public async Task Everybody_hears_of_every_move_with_its_version()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist, editions: 3, priceMinor: 500);
        var id = await buyer.OrderAsync(artwork, quantity: 2);

        await artist.AnswerAsync(id, "VIEWED");
        await artist.AnswerAsync(id, "ACCEPTED", "yes");
        await artist.CancelAsync(id);

        var cancelled = await Changed(id, "CANCELLED");
        var accepted = await Changed(id, "ACCEPTED");
        var viewed = await Changed(id, "VIEWED");
        Assert.Equal([(2L, "REQUESTED"), (3L, "VIEWED"), (4L, "ACCEPTED")], new[] { viewed, accepted, cancelled }.Select(e => (e.Version, e.PreviousStatus)));
        Assert.Equal([1, 2], accepted.Editions);
        Assert.Empty(viewed.Editions);
        Assert.Empty(cancelled.Editions);
        Assert.Equal(("ARTIST", "yes", $"{buyer.Id}", $"{artist.Id}"), (accepted.By, accepted.Reason, accepted.BuyerId, accepted.ArtistId));
        Assert.Equal((artwork.Id.ToString(), artwork.Title, artwork.ImageUrl), (accepted.ProductId, accepted.Title, accepted.ImageUrl));
        Assert.Equal((2, 1_000L, "USD"), (accepted.Quantity, accepted.TotalMinor, accepted.Currency));
    }

    [Fact]
    public async Task A_rejection_carries_its_reason()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var id = await buyer.OrderAsync(app.List(artist));

        await (await artist.AnswerAsync(id, "REJECTED", "It goes to a museum")).JsonAsync(HttpStatusCode.OK);

        Assert.Equal("It goes to a museum", (await Changed(id, "REJECTED")).Reason);
        Assert.Equal("It goes to a museum", (await buyer.ReadOrderAsync(id))["history"]![1]!.Text("reason"));
    }

    [Fact]
    public async Task Viewing_twice_is_no_move()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var id = await buyer.OrderAsync(app.List(artist));

        await (await artist.AnswerAsync(id, "VIEWED")).JsonAsync(HttpStatusCode.OK);
        await (await artist.AnswerAsync(id, "VIEWED")).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(2, (await buyer.ReadOrderAsync(id))["history"]!.AsArray().Count);
    }

    [Fact]
    [Proves(Requirement.OrderStates)]
    [Proves("T7")]
    public async Task Every_illegal_move_is_409_and_changes_nothing()
    {
        var reach = new Dictionary<string, Func<Person, Person, string, Task>>
        {
            ["REQUESTED"] = (_, _, _) => Task.CompletedTask,
            ["VIEWED"] = (artist, _, id) => artist.AnswerAsync(id, "VIEWED"),
            ["ACCEPTED"] = (artist, _, id) => artist.AnswerAsync(id, "ACCEPTED"),
            ["REJECTED"] = (artist, _, id) => artist.AnswerAsync(id, "REJECTED"),
            ["CANCELLED"] = (_, buyer, id) => buyer.CancelAsync(id),
        };
        var illegal = new Dictionary<string, string[]>
        {
            ["REQUESTED"] = ["artist cancels"],
            ["VIEWED"] = ["artist cancels"],
            ["ACCEPTED"] = ["VIEWED", "ACCEPTED", "REJECTED", "buyer cancels"],
            ["REJECTED"] = ["VIEWED", "ACCEPTED", "REJECTED", "buyer cancels", "artist cancels"],
            ["CANCELLED"] = ["VIEWED", "ACCEPTED", "REJECTED", "buyer cancels", "artist cancels"],
        };

        foreach (var (status, moves) in illegal)
        {
            var (artist, buyer) = (app.Artist(), app.Buyer());
            var id = await buyer.OrderAsync(app.List(artist));
            await reach[status](artist, buyer, id);
            var before = await buyer.ReadOrderAsync(id);
            Assert.Equal(status, before.Text("status"));

            foreach (var move in moves)
            {
                var response = move switch
                {
                    "buyer cancels" => await buyer.CancelAsync(id),
                    "artist cancels" => await artist.CancelAsync(id),
                    _ => await artist.AnswerAsync(id, move),
                };
                await response.ProblemAsync(HttpStatusCode.Conflict, "illegal_transition");
            }

            Assert.Equal(before.ToJsonString(), (await buyer.ReadOrderAsync(id)).ToJsonString());
        }
    }

    [Fact]
    [Proves("T7")]
    public async Task A_buyer_takes_an_unanswered_order_back_and_nothing_is_erased()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var id = await buyer.OrderAsync(app.List(artist));
        await artist.AnswerAsync(id, "VIEWED");

        var body = await (await buyer.CancelAsync(id)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal($$"""{"msg":"Order cancel successfully","orderId":"{{id}}","status":"CANCELLED"}""", body.ToJsonString());
        var order = await artist.ReadOrderAsync(id);
        Assert.Equal(("CANCELLED", "BUYER"), (order.Text("status"), order["history"]!.AsArray()[^1]!.Text("by")));
    }

    [Fact]
    [Proves(Requirement.ObjectRights)]
    public async Task Someone_elses_order_is_not_found()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var (otherArtist, otherBuyer) = (app.Artist(), app.Buyer());
        var id = await buyer.OrderAsync(app.List(artist));
        var nowhere = MongoDB.Bson.ObjectId.GenerateNewId().ToString();

        foreach (var response in new[]
        {
            await otherBuyer.GetAsync(id), await otherArtist.GetAsync(id), await otherArtist.AnswerAsync(id, "ACCEPTED"),
            await otherBuyer.CancelAsync(id), await otherArtist.CancelAsync(id),
            await buyer.GetAsync(nowhere), await artist.AnswerAsync(nowhere, "VIEWED"), await buyer.CancelAsync(nowhere),
        })
        {
            var problem = await response.ProblemAsync(HttpStatusCode.NotFound, "not_found");
            Assert.Equal("Order not found", problem.Text("message"));
        }

        Assert.Equal("REQUESTED", (await buyer.ReadOrderAsync(id)).Text("status"));
    }

    [Fact]
    public async Task When_the_last_edition_is_accepted_the_other_open_orders_are_rejected_as_sold()
    {
        var (artist, winner, second, third) = (app.Artist(), app.Buyer(), app.Buyer(), app.Buyer());
        var (artwork, another) = (app.List(artist), app.List(artist));
        var accepted = await winner.OrderAsync(artwork);
        var requested = await second.OrderAsync(artwork);
        var viewed = await third.OrderAsync(artwork);
        var elsewhere = await second.OrderAsync(another);
        await artist.AnswerAsync(viewed, "VIEWED");

        await artist.AnswerAsync(accepted, "ACCEPTED");

        foreach (var (id, buyer, previous) in new[] { (requested, second, "REQUESTED"), (viewed, third, "VIEWED") })
        {
            var changed = await Changed(id, "REJECTED");
            Assert.Equal(("SYSTEM", "sold", previous), (changed.By, changed.Reason, changed.PreviousStatus));
            var last = (await buyer.ReadOrderAsync(id))["history"]!.AsArray()[^1]!;
            Assert.Equal(("REJECTED", "SYSTEM", "sold"), (last.Text("status"), last.Text("by"), last.Text("reason")));
            await (await artist.AnswerAsync(id, "ACCEPTED")).ProblemAsync(HttpStatusCode.Conflict, "product_sold");
        }

        Assert.Equal("REQUESTED", (await second.ReadOrderAsync(elsewhere)).Text("status"));
    }

    [Fact]
    public async Task While_an_edition_is_left_the_others_stay_open()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist, editions: 3);
        var open = await buyer.OrderAsync(artwork, quantity: 2);
        var first = await app.SellAsync(artist, artwork);
        var second = await app.SellAsync(artist, artwork);

        await Changed(second, "ACCEPTED");
        await (await artist.AnswerAsync(open, "ACCEPTED")).ProblemAsync(HttpStatusCode.Conflict, "not_enough_editions");

        Assert.Equal("REQUESTED", (await buyer.ReadOrderAsync(open)).Text("status"));
        Assert.Equal([1, 2], (await Task.WhenAll(EditionsOf(artist, first), EditionsOf(artist, second))).Order());
    }

    [Fact]
    public async Task An_acceptance_that_is_cancelled_frees_its_edition_for_the_next()
    {
        var artist = app.Artist();
        var artwork = app.List(artist, editions: 2);
        var first = await app.SellAsync(artist, artwork);
        await app.SellAsync(artist, artwork);
        await (await app.Buyer().BuyAsync(artwork)).ProblemAsync(HttpStatusCode.Conflict, "product_sold");

        await (await artist.CancelAsync(first)).JsonAsync(HttpStatusCode.OK);

        Assert.Empty((await Changed(first, "CANCELLED")).Editions);
        Assert.Equal("[]", (await artist.ReadOrderAsync(first))["editions"]!.ToJsonString());
        var next = await app.SellAsync(artist, artwork);
        Assert.Equal(1, await EditionsOf(artist, next));
    }

    [Fact]
    public async Task A_redelivered_acceptance_changes_nothing_and_an_unfinished_one_is_finished()
    {
        var artist = app.Artist();
        var artwork = app.List(artist);
        var loser = app.Buyer();
        var lost = await loser.OrderAsync(artwork);
        var sold = await app.SellAsync(artist, artwork);
        var accepted = await Changed(sold, "ACCEPTED");
        await Changed(lost, "REJECTED");

        // As if the process had died before the rest was rejected.
        var open = Builders<MongoDB.Bson.BsonDocument>.Update.Set("status", "REQUESTED").Set("open", true);
        await app.Orders.UpdateOneAsync(order => order["_id"] == MongoDB.Bson.ObjectId.Parse(lost), open, cancellationToken: Ct);
        await app.Bus.PublishAsync(accepted);
        await Eventually.Until(async () => (await loser.ReadOrderAsync(lost)).Text("status") == "REJECTED", "the rest is rejected");
        await app.Bus.PublishAsync(accepted);
        await app.Bus.PublishAsync(accepted);
        await app.Bus.NextAsync<OrderStatusChanged>(e => e.OrderId == lost && e.Version == 3);

        Assert.Equal("ACCEPTED", (await artist.ReadOrderAsync(sold)).Text("status"));
        Assert.Equal(3, (await loser.ReadOrderAsync(lost))["history"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_order_that_slipped_in_while_the_last_edition_went_is_rejected_by_its_own_event()
    {
        var (artist, late) = (app.Artist(), app.Buyer());
        var artwork = app.List(artist);
        var id = await late.OrderAsync(artwork);
        var placed = await app.Bus.NextAsync<OrderPlaced>(e => e.OrderId == id);
        var sold = await app.SellAsync(artist, artwork);
        await Changed(id, "REJECTED");

        // As if it had been written just after the others were rejected.
        var open = Builders<MongoDB.Bson.BsonDocument>.Update.Set("status", "REQUESTED").Set("open", true);
        await app.Orders.UpdateOneAsync(order => order["_id"] == MongoDB.Bson.ObjectId.Parse(id), open, cancellationToken: Ct);
        await (await artist.AnswerAsync(id, "ACCEPTED")).ProblemAsync(HttpStatusCode.Conflict, "product_sold");
        await app.Bus.PublishAsync(placed);

        await Eventually.Until(async () => (await late.ReadOrderAsync(id)).Text("status") == "REJECTED", "the late order is rejected");
        Assert.Equal("ACCEPTED", (await artist.ReadOrderAsync(sold)).Text("status"));
    }

    private Task<OrderStatusChanged> Changed(string id, string status) =>
        app.Bus.NextAsync<OrderStatusChanged>(e => e.OrderId == id && e.Status == status);

    private static async Task<int> EditionsOf(Person artist, string id) =>
        (await artist.ReadOrderAsync(id))["editions"]![0]!.GetValue<int>();
}
