using System.Net;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Contracts.Accounts;
using Visuels.Contracts.Orders;
using Visuels.ServiceDefaults.Users;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Orders.Tests;

[Proves(Requirement.AccountLife)]
public sealed class DeletedUserTests(OrderApp app) : IClassFixture<OrderApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_buyers_open_requests_are_cancelled_and_accepted_ones_stand_under_no_name()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        var (sold, open, viewed) = (app.List(artist), app.List(artist, title: "Dunes"), app.List(artist, title: "Lakes"));
        var accepted = (await (await buyer.BuyAsync(sold, requirement: "to my friend Zoe")).JsonAsync(HttpStatusCode.Created))["order"]!.Text("_id");
        var requested = (await (await buyer.BuyAsync(open, requirement: "to my home in Lisbon")).JsonAsync(HttpStatusCode.Created))["order"]!.Text("_id");
        var seen = await buyer.OrderAsync(viewed);
        await (await artist.AnswerAsync(accepted, "ACCEPTED")).JsonAsync(HttpStatusCode.OK);
        await (await artist.AnswerAsync(seen, "VIEWED")).JsonAsync(HttpStatusCode.OK);

        await DeleteAsync(buyer);

        await Eventually.Until(async () => (await artist.ReadOrderAsync(requested)).Text("status") == "CANCELLED"
            && (await artist.ReadOrderAsync(seen)).Text("status") == "CANCELLED", "the open orders are cancelled");
        await Eventually.Until(async () => (await artist.ReadOrderAsync(requested))["requirement"] is null, "the words of an order that came to nothing are gone");
        var cancelled = await artist.ReadOrderAsync(requested);
        var last = cancelled["history"]!.AsArray()[^1]!;
        Assert.Equal(("CANCELLED", "SYSTEM", "account_deleted"), (last.Text("status"), last.Text("by"), last.Text("reason")));
        var kept = await artist.ReadOrderAsync(accepted);
        Assert.Equal(("ACCEPTED", "to my friend Zoe"), (kept.Text("status"), kept.Text("requirement")));
        foreach (var order in new[] { cancelled, kept, (await (await artist.GetAsync("artist")).JsonAsync(HttpStatusCode.OK)) })
        {
            Assert.DoesNotContain(buyer.Email, order.ToJsonString(), StringComparison.Ordinal);
            Assert.DoesNotContain(buyer.Username, order.ToJsonString(), StringComparison.Ordinal);
            Assert.Contains(UserCard.DeletedName, order.ToJsonString(), StringComparison.Ordinal);
        }

        var told = await app.Bus.NextAsync<OrderStatusChanged>(e => e.OrderId == requested);
        Assert.Equal(("CANCELLED", OrderActors.System, "account_deleted"), (told.Status, told.By, told.Reason));
    }

    [Fact]
    public async Task What_a_buyer_who_has_left_asked_for_goes_when_the_artist_cancels_after_all()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        var sold = app.List(artist);
        var id = (await (await buyer.BuyAsync(sold, requirement: "to my home in Lisbon")).JsonAsync(HttpStatusCode.Created))["order"]!.Text("_id");
        await (await artist.AnswerAsync(id, "ACCEPTED")).JsonAsync(HttpStatusCode.OK);
        await DeleteAsync(buyer);
        await Eventually.Until(async () => (await StoredAsync("users", buyer.Id))?.Contains("forgetAt") == true, "Order knows");

        await (await artist.CancelAsync(id)).JsonAsync(HttpStatusCode.OK);

        await Eventually.Until(async () => (await artist.ReadOrderAsync(id))["requirement"] is null, "the words of an order that came to nothing are gone");
    }

    [Fact]
    public async Task An_artists_open_requests_are_rejected_and_buyers_keep_what_was_accepted()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        var artwork = app.List(artist, editions: 5);
        var accepted = await buyer.OrderAsync(artwork);
        await (await artist.AnswerAsync(accepted, "ACCEPTED")).JsonAsync(HttpStatusCode.OK);
        var open = await buyer.OrderAsync(artwork);

        await DeleteAsync(artist);

        await Eventually.Until(async () => (await buyer.ReadOrderAsync(open)).Text("status") == "REJECTED", "the open order is rejected");
        var kept = await buyer.ReadOrderAsync(accepted);
        Assert.Equal("ACCEPTED", kept.Text("status"));
        Assert.DoesNotContain(artist.Username, kept.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cart_and_the_answers_that_were_kept_for_repetition_go_and_nobody_elses()
    {
        var (before, buyer, other, artist) = (app.Buyer(), app.Buyer(), app.Buyer(), app.Artist());
        var (wanted, bought) = (app.List(artist), app.List(artist, editions: 9));
        foreach (var person in new[] { before, buyer, other })
        {
            await (await person.PutInCartAsync(wanted, requirement: "gift for Zoe")).JsonAsync(HttpStatusCode.OK);
            await (await person.BuyWithKeyAsync("key-1", bought)).JsonAsync(HttpStatusCode.Created);
        }

        await DeleteAsync(buyer);

        await Eventually.Until(async () => await CountAsync("carts", buyer) + await CountAsync("idempotency", buyer) == 0, "cart and records are gone");
        foreach (var person in new[] { before, other })
        {
            Assert.Equal((1, 1), (await CountAsync("carts", person), await CountAsync("idempotency", person)));
        }
    }

    [Fact]
    public async Task An_order_that_is_placed_after_the_buyer_has_left_ends_too_and_so_does_what_is_found_later()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await DeleteAsync(buyer);
        await Eventually.Until(async () => (await StoredAsync("users", buyer.Id)) is { } card && card.Contains("forgetAt"), "Order knows");

        var late = await buyer.OrderAsync(app.List(artist));
        await Eventually.Until(async () => (await artist.ReadOrderAsync(late)).Text("status") == "CANCELLED", "the late order is cancelled");

        // A cart that a request under way has written after all was forgotten, found by the schedule.
        await (await buyer.PutInCartAsync(app.List(artist))).JsonAsync(HttpStatusCode.OK);
        var users = app.Service.Database.GetCollection<BsonDocument>("users");
        await users.UpdateOneAsync(
            new BsonDocument("_id", buyer.Id), Builders<BsonDocument>.Update.Set("forgetAt", DateTimeOffset.UtcNow.AddMinutes(-1).UtcDateTime), cancellationToken: Ct);
        Assert.True(await app.Service.Services.GetRequiredService<DeletedUsers>().RunAsync(Ct) >= 1);
        Assert.Equal(0, await CountAsync("carts", buyer));
        Assert.False((await StoredAsync("users", buyer.Id))!.Contains("forgetAt"));
    }

    [Fact]
    public async Task Whether_the_artist_answers_or_the_buyer_leaves_first_the_order_ends_once()
    {
        for (var round = 0; round < 15; round++)
        {
            var (buyer, artist) = (app.Buyer(), app.Artist());
            var id = await buyer.OrderAsync(app.List(artist));

            var answer = artist.AnswerAsync(id, "ACCEPTED");
            await DeleteAsync(buyer);
            var accepted = (await answer).StatusCode == HttpStatusCode.OK;

            var status = accepted ? "ACCEPTED" : "CANCELLED";
            await Eventually.Until(async () => (await StoredAsync("users", buyer.Id))?.Contains("forgetAt") == true, "Order knows");
            await Eventually.Until(async () => (await artist.ReadOrderAsync(id)).Text("status") == status, $"the order is {status}");
            Assert.Equal(2, (await artist.ReadOrderAsync(id))["history"]!.AsArray().Count);
        }
    }

    [Fact]
    public async Task Wherever_the_process_ends_while_it_forgets_somebody_all_is_gone_once_it_has_done_so_again()
    {
        var ends = 0;
        for (var ended = true; ended; ends++)
        {
            var (buyer, artist) = (app.Buyer(), app.Artist());
            var (wanted, asked) = (app.List(artist), app.List(artist));
            await (await buyer.PutInCartAsync(wanted, requirement: "gift for Zoe")).JsonAsync(HttpStatusCode.OK);
            await (await buyer.BuyWithKeyAsync("key-1", wanted)).JsonAsync(HttpStatusCode.Created);
            var id = (await (await buyer.BuyAsync(asked, requirement: "to my home in Lisbon")).JsonAsync(HttpStatusCode.Created))["order"]!.Text("_id");

            ended = await StoreCalls.EndAfterAsync(ends + 1, ct => app.Service.ForgetAsync(buyer.Id, ct));
            await app.Service.ForgetAsync(buyer.Id, Ct);

            var order = await artist.ReadOrderAsync(id);
            Assert.Equal(("CANCELLED", null, 2), (order.Text("status"), order["requirement"], order["history"]!.AsArray().Count));
            Assert.Equal((0, 0), (await CountAsync("carts", buyer), await CountAsync("idempotency", buyer)));
        }

        Assert.InRange(ends, 6, 30);
    }

    private Task DeleteAsync(Person person) => app.Bus.PublishAsync(new UserDeleted(person.Id.ToString(), 7, DateTimeOffset.UtcNow));

    private async Task<long> CountAsync(string collection, Person person) => await app.Service.Database.GetCollection<BsonDocument>(collection)
        .CountDocumentsAsync(new BsonDocument("_id", collection == "carts" ? person.Id : new BsonDocument("$regex", $"^{person.Id}")), cancellationToken: Ct);

    private async Task<BsonDocument?> StoredAsync(string collection, ObjectId id) =>
        await app.Service.Database.GetCollection<BsonDocument>(collection).Find(new BsonDocument("_id", id)).FirstOrDefaultAsync(Ct);
}
