using System.Net;
using System.Net.Http.Json;
using MongoDB.Bson;

namespace Visuels.Products.Tests;

public sealed class CardTests(ProductApp app) : IClassFixture<ProductApp>
{
    private const string Cards = $"{ProductApp.Root}/internal/cards";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Services_get_cards_of_what_exists_archived_pieces_included()
    {
        var artist = app.NewArtist();
        var shown = await artist.ListAsync(("price", "12.34"), ("editions", "3"));
        var archived = await artist.ListAsync();
        (await artist.Client.DeleteAsync($"{ProductApp.Root}/{archived.Id()}", Ct)).EnsureSuccessStatusCode();
        var order = app.Service.AsService("order", "product");

        using var response = await order.PostAsJsonAsync(Cards, new { ids = new[] { shown.Id(), archived.Id(), ObjectId.GenerateNewId().ToString() } }, Ct);

        var cards = (await response.JsonAsync()).GetProperty("cards").EnumerateArray().ToDictionary(card => card.Id());
        Assert.Equal(2, cards.Count);
        var card = cards[shown.Id()];
        Assert.Equal(
            (1, artist.Card.Id.ToString(), "Quiet Harbour", 1234, "USD", 3, true, "AVAILABLE"),
            (card.GetProperty("version").GetInt64(), card.GetProperty("artistId").GetString(), card.GetProperty("title").GetString(), card.GetProperty("priceMinor").GetInt64(),
                card.GetProperty("currency").GetString(), card.GetProperty("editions").GetInt32(), card.GetProperty("listed").GetBoolean(), card.GetProperty("status").GetString()));
        Assert.Equal(shown.GetProperty("images")[0].GetProperty("url").GetString(), card.GetProperty("imageUrl").GetString());
        Assert.False(cards[archived.Id()].GetProperty("listed").GetBoolean());
        Assert.Equal(card.ToString(), (await order.GetOkAsync($"{ProductApp.Root}/internal/{shown.Id()}")).ToString());
    }

    [Fact]
    public async Task One_to_fifty_ids_are_asked_for_at_a_time()
    {
        var order = app.Service.AsService("order", "product");
        foreach (var ids in new[] { [], Enumerable.Range(0, 51).Select(_ => ObjectId.GenerateNewId().ToString()).ToArray() })
        {
            using var response = await order.PostAsJsonAsync(Cards, new { ids }, Ct);
            Assert.Equal("validation_failed", await response.ProblemAsync(HttpStatusCode.BadRequest));
        }

        using var malformed = await order.PostAsJsonAsync(Cards, new { ids = new[] { "x" } }, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, malformed.StatusCode);
        using var unknown = await order.GetAsync($"{ProductApp.Root}/internal/{ObjectId.GenerateNewId()}", Ct);
        Assert.Equal("not_found", await unknown.ProblemAsync(HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Cards_are_for_services_only()
    {
        foreach (var client in new[] { app.Anonymous, app.NewUser(), app.NewArtist().Client, app.Service.AsService("order", "chat") })
        {
            using var response = await client.PostAsJsonAsync(Cards, new { ids = new[] { ObjectId.GenerateNewId().ToString() } }, Ct);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }
}
