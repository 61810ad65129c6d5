using System.Net;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Testing.Requirements;

namespace Visuels.Orders.Tests;

/// <summary>A request that is sent again under its key. Not shared: these tests move the clock and take Auth down.</summary>
[Proves(Requirement.Idempotency)]
public sealed class IdempotencyTests : IAsyncLifetime
{
    private const string Replayed = "Idempotent-Replayed";

    private readonly ShiftedClock _clock = new();
    private readonly OrderApp _app;

    public IdempotencyTests() => _app = new OrderApp { Clock = _clock };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IMongoCollection<BsonDocument> Records => _app.Service.Database.GetCollection<BsonDocument>("idempotency");

    public ValueTask InitializeAsync() => _app.InitializeAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    [Proves(Requirement.Idempotency)]
    public async Task A_repeated_request_gets_the_first_answer_to_the_byte_whatever_has_happened_since()
    {
        var (artist, buyer) = (_app.Artist(), _app.Buyer());
        var artwork = _app.List(artist);

        var first = await buyer.BuyWithKeyAsync("k-1", artwork);
        var id = (await first.JsonAsync(HttpStatusCode.Created))["order"]!.Text("_id");
        await (await artist.AnswerAsync(id, "REJECTED")).JsonAsync(HttpStatusCode.OK);
        var again = await buyer.BuyWithKeyAsync("k-1", artwork);

        Assert.False(first.Headers.Contains(Replayed));
        Assert.Equal(["true"], again.Headers.GetValues(Replayed));
        Assert.Equal((first.StatusCode, first.Headers.Location, first.Content.Headers.ContentType), (again.StatusCode, again.Headers.Location, again.Content.Headers.ContentType));
        Assert.Equal(await first.Content.ReadAsByteArrayAsync(Ct), await again.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal(new Dictionary<string, int> { ["REJECTED"] = 1 }, await _app.CountAsync(artwork));
    }

    [Fact]
    public async Task A_new_key_is_a_new_request()
    {
        var (artist, buyer) = (_app.Artist(), _app.Buyer());
        var artwork = _app.List(artist);
        var id = (await (await buyer.BuyWithKeyAsync("one", artwork)).JsonAsync(HttpStatusCode.Created))["order"]!.Text("_id");
        await (await artist.AnswerAsync(id, "REJECTED")).JsonAsync(HttpStatusCode.OK);

        await (await buyer.BuyWithKeyAsync("two", artwork)).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(2, (await _app.CountAsync(artwork)).Values.Sum());
    }

    [Fact]
    public async Task A_repeated_refusal_stays_refused_with_the_same_bytes()
    {
        var (artist, buyer) = (_app.Artist(), _app.Buyer());
        var artwork = _app.List(artist);
        var sold = await _app.SellAsync(artist, artwork);

        var first = await buyer.BuyWithKeyAsync("late", artwork);
        await first.ProblemAsync(HttpStatusCode.Conflict, "product_sold");
        await (await artist.CancelAsync(sold)).JsonAsync(HttpStatusCode.OK);
        var again = await buyer.BuyWithKeyAsync("late", artwork);

        await again.ProblemAsync(HttpStatusCode.Conflict, "product_sold");
        Assert.Equal(["true"], again.Headers.GetValues(Replayed));
        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await again.Content.ReadAsStringAsync(Ct));
        await (await buyer.BuyAsync(artwork)).JsonAsync(HttpStatusCode.Created);
    }

    [Fact]
    [Proves(Requirement.Idempotency)]
    public async Task The_same_key_with_another_body_is_422_and_orders_nothing()
    {
        var (artist, buyer) = (_app.Artist(), _app.Buyer());
        var (artwork, other) = (_app.List(artist, editions: 3), _app.List(artist));
        await (await buyer.BuyWithKeyAsync("k", artwork)).JsonAsync(HttpStatusCode.Created);
        await buyer.PutInCartAsync(other);

        await (await buyer.BuyWithKeyAsync("k", other)).ProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
        await (await buyer.BuyWithKeyAsync("k", artwork, quantity: 2)).ProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
        await (await buyer.CreateWithKeyAsync("k", "{}")).ProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");

        Assert.Equal(1, await _app.Orders.CountDocumentsAsync(order => order["userId"] == buyer.Id, cancellationToken: Ct));
    }

    [Fact]
    public async Task Blanks_and_the_order_of_members_make_no_other_body()
    {
        var buyer = _app.Buyer();
        var artwork = _app.List(_app.Artist());
        await (await buyer.CreateWithKeyAsync("k", $$"""{"productId":"{{artwork.Id}}","quantity":1}""")).JsonAsync(HttpStatusCode.Created);

        var again = await buyer.CreateWithKeyAsync("k", $$"""{ "quantity": "1", "productId": "{{artwork.Id}}" }""");

        await again.JsonAsync(HttpStatusCode.Created);
        Assert.True(again.Headers.Contains(Replayed));
    }

    [Fact]
    public async Task Two_buyers_may_use_the_same_key()
    {
        var artwork = _app.List(_app.Artist());

        var answers = await Task.WhenAll(_app.Buyer().BuyWithKeyAsync("same", artwork), _app.Buyer().BuyWithKeyAsync("same", artwork));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        Assert.Equal(2, (await _app.CountAsync(artwork)).Values.Sum());
    }

    [Fact]
    public async Task A_cart_is_ordered_once_under_its_key_even_when_it_is_filled_again()
    {
        var (artist, buyer) = (_app.Artist(), _app.Buyer());
        var (first, second) = (_app.List(artist), _app.List(artist));
        await buyer.PutInCartAsync(first);
        var answer = await buyer.CreateWithKeyAsync("cart", "{}");
        await answer.JsonAsync(HttpStatusCode.Created);
        await buyer.PutInCartAsync(second);

        var again = await buyer.CreateWithKeyAsync("cart", "{}");

        Assert.Equal(await answer.Content.ReadAsStringAsync(Ct), await again.Content.ReadAsStringAsync(Ct));
        Assert.Single((await buyer.CartAsync())["items"]!.AsArray());
        Assert.Empty(await _app.CountAsync(second));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tab\tin it")]
    [InlineData("del\u007f")]
    public async Task A_key_that_is_none_is_400_and_nothing_is_ordered(string key)
    {
        var artwork = _app.List(_app.Artist());

        await (await _app.Buyer().BuyWithKeyAsync(key, artwork)).ProblemAsync(HttpStatusCode.BadRequest, "validation_failed");

        Assert.Empty(await _app.CountAsync(artwork));
    }

    [Fact]
    public async Task A_key_has_255_characters_at_most()
    {
        var buyer = _app.Buyer();
        await (await buyer.BuyWithKeyAsync(new string('k', 256), _app.List(_app.Artist()))).ProblemAsync(HttpStatusCode.BadRequest, "validation_failed");

        await (await buyer.BuyWithKeyAsync("~ !" + new string('k', 252), _app.List(_app.Artist()))).JsonAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_bad_body_does_not_use_up_its_key()
    {
        var buyer = _app.Buyer();
        await (await buyer.CreateWithKeyAsync("k", """{"quantity":1}""")).ProblemAsync(HttpStatusCode.BadRequest, "validation_failed");

        await (await buyer.BuyWithKeyAsync("k", _app.List(_app.Artist()))).JsonAsync(HttpStatusCode.Created);
    }

    [Fact]
    public async Task An_outage_is_not_kept_and_leaves_the_key_free_at_once()
    {
        var buyer = _app.Buyer();
        var artwork = _app.List(_app.Artist());
        _app.Service.Auth.CardsDown = true;
        await (await buyer.BuyWithKeyAsync("k", artwork)).ProblemAsync(HttpStatusCode.ServiceUnavailable, "dependency_unavailable");
        _app.Service.Auth.CardsDown = false;

        var again = await buyer.BuyWithKeyAsync("k", artwork);

        await again.JsonAsync(HttpStatusCode.Created);
        Assert.False(again.Headers.Contains(Replayed));
        Assert.Equal(new Dictionary<string, int> { ["REQUESTED"] = 1 }, await _app.CountAsync(artwork));
    }

    [Fact]
    public async Task A_key_is_kept_for_24_hours_whenever_the_store_cleans_up()
    {
        var (artist, buyer) = (_app.Artist(), _app.Buyer());
        var artwork = _app.List(artist);
        var first = (await (await buyer.BuyWithKeyAsync("k", artwork)).JsonAsync(HttpStatusCode.Created))["order"]!.Text("_id");
        await (await artist.AnswerAsync(first, "REJECTED")).JsonAsync(HttpStatusCode.OK);

        _clock.Advance(TimeSpan.FromHours(23));
        var within = await (await AgainAsync(buyer).BuyWithKeyAsync("k", artwork)).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(first, within["order"]!.Text("_id"));

        _clock.Advance(TimeSpan.FromHours(1));
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AgainAsync(buyer).BuyWithKeyAsync("k", artwork)));

        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.Created && !answer.Headers.Contains(Replayed));
        Assert.Equal(new Dictionary<string, int> { ["REJECTED"] = 1, ["REQUESTED"] = 1 }, await _app.CountAsync(artwork));
    }

    [Fact]
    public async Task Without_a_key_nothing_is_noted_and_the_open_order_is_the_guard()
    {
        var buyer = _app.Buyer();
        var artwork = _app.List(_app.Artist());
        await buyer.OrderAsync(artwork);

        var again = await buyer.BuyAsync(artwork);

        await again.JsonAsync(HttpStatusCode.OK);
        Assert.False(again.Headers.Contains(Replayed));
        Assert.Equal(0, await Records.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: Ct));
    }

    // A day later the first token has ended.
    private Person AgainAsync(Person buyer) => buyer with { Http = _app.Service.As(buyer.Id, "USER") };
}
