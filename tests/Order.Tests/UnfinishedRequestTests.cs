using System.Net;
using System.Text.Json.Nodes;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Testing.Requirements;

namespace Visuels.Orders.Tests;

/// <summary>A request under a key that somebody is still at, or whose process has ended before its answer. Not shared: these tests move the clock.</summary>
[Proves(Requirement.Idempotency)]
public sealed class UnfinishedRequestTests : IAsyncLifetime
{
    private readonly ShiftedClock _clock = new();
    private readonly OrderApp _app;

    public UnfinishedRequestTests() => _app = new OrderApp { Clock = _clock };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _app.InitializeAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task While_the_first_is_being_handled_the_second_is_409_and_tells_when_to_ask_again()
    {
        var buyer = _app.Buyer();
        var artwork = _app.List(_app.Artist());
        await (await buyer.BuyWithKeyAsync("k", artwork)).JsonAsync(HttpStatusCode.Created);
        await UnfinishAsync(leaseEnds: TimeSpan.FromHours(1));

        var second = await buyer.BuyWithKeyAsync("k", artwork);

        await second.ProblemAsync(HttpStatusCode.Conflict, "request_in_progress");
        Assert.NotNull(second.Headers.RetryAfter?.Delta);
        await (await buyer.BuyWithKeyAsync("k", artwork, quantity: 2)).ProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
    }

    [Fact]
    public async Task What_a_crash_left_before_its_orders_were_stored_is_ordered_by_the_next_try_under_the_ids_chosen_before()
    {
        var buyer = _app.Buyer();
        var artwork = _app.List(_app.Artist());
        var id = (await (await buyer.BuyWithKeyAsync("k", artwork)).JsonAsync(HttpStatusCode.Created))["order"]!.Text("_id");
        await _app.Orders.DeleteOneAsync(order => order["_id"] == ObjectId.Parse(id), Ct);
        await UnfinishAsync(leaseEnds: TimeSpan.FromSeconds(3));
        _clock.Advance(TimeSpan.FromSeconds(4));

        var answer = await (await buyer.BuyWithKeyAsync("k", artwork)).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(id, answer["order"]!.Text("_id"));
        Assert.Equal(new Dictionary<string, int> { ["REQUESTED"] = 1 }, await _app.CountAsync(artwork));
    }

    [Fact]
    public async Task What_a_crash_left_after_its_orders_were_stored_is_answered_201_by_the_next_try_and_not_ordered_again()
    {
        var (artist, buyer) = (_app.Artist(), _app.Buyer());
        var artworks = new[] { _app.List(artist), _app.List(artist) };
        foreach (var artwork in artworks)
        {
            await buyer.PutInCartAsync(artwork);
        }

        var carts = _app.Service.Database.GetCollection<BsonDocument>("carts");
        var cart = await carts.Find(document => document["_id"] == buyer.Id).FirstAsync(Ct);
        var first = await (await buyer.CreateWithKeyAsync("k", "{}")).JsonAsync(HttpStatusCode.Created);
        // One order was stored, the other not; the cart is as it was.
        await _app.Orders.DeleteOneAsync(order => order["_id"] == first["orders"]![1]!.Id(), Ct);
        await carts.ReplaceOneAsync(document => document["_id"] == buyer.Id, cart, cancellationToken: Ct);
        await UnfinishAsync(leaseEnds: TimeSpan.Zero);

        var answer = await buyer.CreateWithKeyAsync("k", "{}");
        var body = await answer.JsonAsync(HttpStatusCode.Created);
        var replay = await buyer.CreateWithKeyAsync("k", "{}");

        Assert.Equal(Ids(first).Order(), Ids(body).Order());
        foreach (var artwork in artworks)
        {
            Assert.Equal(1, (await _app.CountAsync(artwork)).Values.Sum());
        }

        Assert.Empty((await buyer.CartAsync())["items"]!.AsArray());
        Assert.Equal(await answer.Content.ReadAsByteArrayAsync(Ct), await replay.Content.ReadAsByteArrayAsync(Ct));
    }

    [Fact]
    public async Task What_the_cart_held_at_the_time_is_ordered_after_a_crash_and_what_came_into_it_since_stays()
    {
        var (artist, buyer) = (_app.Artist(), _app.Buyer());
        var (before, since) = (_app.List(artist), _app.List(artist));
        await buyer.PutInCartAsync(before);
        var first = await (await buyer.CreateWithKeyAsync("k", "{}")).JsonAsync(HttpStatusCode.Created);
        await _app.Orders.DeleteManyAsync(order => order["userId"] == buyer.Id, Ct);
        await UnfinishAsync(leaseEnds: TimeSpan.Zero);
        await buyer.PutInCartAsync(since);

        var again = await (await buyer.CreateWithKeyAsync("k", "{}")).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(Ids(first), Ids(again));
        Assert.Equal(since.Id, Assert.Single((await buyer.CartAsync())["items"]!.AsArray())!.Id("productId"));
    }

    // As a process leaves it that ends before it stores its answer.
    private async Task UnfinishAsync(TimeSpan leaseEnds)
    {
        var unfinished = Builders<BsonDocument>.Update.Unset("answer").Set("leaseUntil", (_clock.GetUtcNow() + leaseEnds).UtcDateTime);
        Assert.Equal(1, (await _app.Service.Database.GetCollection<BsonDocument>("idempotency").UpdateOneAsync(FilterDefinition<BsonDocument>.Empty, unfinished, cancellationToken: Ct)).ModifiedCount);
    }

    private static List<string> Ids(JsonNode body) => [.. body["orders"]!.AsArray().Select(order => order!.Text("_id"))];
}
