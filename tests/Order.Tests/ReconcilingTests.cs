using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Orders.Artworks;

namespace Visuels.Orders.Tests;

public sealed class ReconcilingTests(OrderApp app) : IClassFixture<OrderApp>
{
    private const string Sales = "/api/v1/order/internal/sales";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Product => app.Service.AsService("product", "order");

    [Fact]
    public async Task Product_learns_which_orders_hold_editions_of_its_artworks()
    {
        var artist = app.Artist();
        var (sold, other) = (app.List(artist, editions: 5), app.List(artist));
        var two = await app.SellAsync(artist, sold, quantity: 2);
        var open = await app.Buyer().OrderAsync(sold);
        var cancelled = await app.SellAsync(artist, sold);
        await artist.CancelAsync(cancelled);
        await app.SellAsync(artist, other);

        var held = await AskAsync(new { productIds = new[] { sold.Id.ToString() } });
        var named = await AskAsync(new { orderIds = new[] { open, cancelled, ObjectId.GenerateNewId().ToString() } });

        Assert.Equal([$$"""{"orderId":"{{two}}","productId":"{{sold.Id}}","version":2,"editions":2}"""], held);
        Assert.Equal(
            new[]
            {
                $$"""{"orderId":"{{open}}","productId":"{{sold.Id}}","version":1,"editions":0}""",
                $$"""{"orderId":"{{cancelled}}","productId":"{{sold.Id}}","version":3,"editions":0}""",
            }.Order(),
            named.Order());
        Assert.Empty(await AskAsync(new { }));
    }

    [Fact]
    public async Task Sales_are_told_to_services_only_and_in_bounded_numbers()
    {
        foreach (var client in new[] { app.Service.Anonymous, app.Artist().Http, app.Service.AsService("product", "chat") })
        {
            using var refused = await client.PostAsJsonAsync(Sales, new { }, Ct);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        using var products = await Product.PostAsJsonAsync(Sales, new { productIds = Ids(51) }, Ct);
        await products.ProblemAsync(HttpStatusCode.BadRequest, "validation_failed");
        using var orders = await Product.PostAsJsonAsync(Sales, new { orderIds = Ids(501) }, Ct);
        await orders.ProblemAsync(HttpStatusCode.BadRequest, "validation_failed");
        Assert.Empty(await AskAsync(new { productIds = Ids(50), orderIds = Ids(500) }));

        static string[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => ObjectId.GenerateNewId().ToString())];
    }

    [Fact]
    public async Task A_card_that_was_broken_or_never_updated_is_repaired_and_the_others_are_left_alone()
    {
        var artist = app.Artist();
        var (broken, old, right, unknown) = (app.List(artist), app.List(artist), app.List(artist), app.List(artist));
        foreach (var artwork in new[] { broken, old, right, unknown })
        {
            await app.Buyer().OrderAsync(artwork);
        }

        await app.Cards.UpdateOneAsync(card => card["_id"] == broken.Id, Builders<BsonDocument>.Update.Set("priceMinor", 1L).Set("version", 99L), cancellationToken: Ct);
        app.Product.Artworks[old.Id] = old with { Version = 4, Title = "Renamed", Listed = false };
        app.Product.Artworks.TryRemove(unknown.Id, out _);
        var before = await CardsAsync(right, unknown);

        Assert.Equal(2, await RunAsync());

        Assert.Equal((1L, broken.PriceMinor), await CardAsync(broken, card => (card["version"].AsInt64, card["priceMinor"].AsInt64)));
        Assert.Equal((4L, "Renamed", false), await CardAsync(old, card => (card["version"].AsInt64, card["title"].AsString, card["listed"].AsBoolean)));
        Assert.Equal(before, await CardsAsync(right, unknown));
        Assert.Equal(0, await RunAsync());
    }

    [Fact]
    public async Task A_card_of_which_an_event_came_after_it_was_read_is_not_repaired()
    {
        var artwork = app.List(app.Artist());
        await app.Buyer().OrderAsync(artwork);
        var cards = app.Service.Services.GetRequiredService<ProductCards>();
        var read = (await cards.GetAsync([artwork.Id], Ct))[artwork.Id];
        app.Product.Artworks[artwork.Id] = artwork with { Version = 3, Title = "Newest", PriceMinor = 900 };
        await app.Bus.PublishAsync(artwork.Updated(3, "Newest", 900));
        await app.WaitForCardAsync(artwork, 3);

        Assert.False(await cards.TryReplaceAsync(read, new ProductCard { Id = read.Id, Version = 2, Title = "Stale" }, Ct));

        Assert.Equal("Newest", await CardAsync(artwork, card => card["title"].AsString));
    }

    private async Task<int> RunAsync()
    {
        using var response = await app.Service.AsService("jobs", "order").PostAsync("/internal/schedules/card-reconciliation/run", null, Ct);
        return (await response.JsonAsync(HttpStatusCode.OK))["changed"]!.GetValue<int>();
    }

    private async Task<IEnumerable<string>> AskAsync(object question)
    {
        using var response = await Product.PostAsJsonAsync(Sales, question, Ct);
        return (await response.JsonAsync(HttpStatusCode.OK))["sales"]!.AsArray().Select((JsonNode? sale) => sale!.ToJsonString());
    }

    private async Task<T> CardAsync<T>(Artwork artwork, Func<BsonDocument, T> read) => read((await CardsAsync(artwork))[0]);

    private Task<List<BsonDocument>> CardsAsync(params Artwork[] artworks) =>
        app.Cards.Find(Builders<BsonDocument>.Filter.In("_id", artworks.Select(artwork => artwork.Id))).Sort("{_id: 1}").ToListAsync(Ct);
}
