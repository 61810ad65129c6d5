using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using Visuels.Contracts.Products;
using Visuels.ServiceDefaults.Json;

namespace Visuels.Orders.Tests;

/// <summary>What Order sees of Product over HTTP: the cards, on a loopback port.</summary>
public sealed class FakeProduct : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _calls;

    private FakeProduct(WebApplication app) => _app = app;

    public ConcurrentDictionary<ObjectId, Artwork> Artworks { get; } = new();

    /// <summary>Calls for cards so far, those it refused included.</summary>
    public int Calls => _calls;

    /// <summary>Whether it answers 503 instead.</summary>
    public bool IsDown { get; set; }

    public Uri Address => new(_app.Urls.First());

    public static async Task<FakeProduct> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var fake = new FakeProduct(app);
        app.MapPost("/api/v1/products/internal/cards", fake.CardsAsync);
        await app.StartAsync();
        return fake;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task<IResult> CardsAsync(HttpRequest request, CancellationToken ct)
    {
        Interlocked.Increment(ref _calls);
        if (IsDown)
        {
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        if (!request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.Ordinal))
        {
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        }

        var body = await request.ReadFromJsonAsync<JsonElement>(ct);
        var ids = body.GetProperty("ids").EnumerateArray().Select(id => ObjectId.Parse(id.GetString())).ToList();
        if (ids.Count is 0 or > 50)
        {
            return Results.StatusCode(StatusCodes.Status400BadRequest);
        }

        return Results.Json(new { cards = ids.Select(id => Artworks.GetValueOrDefault(id)).OfType<Artwork>().Select(artwork => artwork.ToCard()) }, JsonRules.Web);
    }
}

/// <summary>An artwork as its artist listed it.</summary>
public sealed record Artwork(
    ObjectId Id, ObjectId ArtistId, string Title, long PriceMinor, string Currency, int Editions, bool Listed = true, long Version = 1)
{
    public string ImageUrl => $"http://localhost:4000/images/{Id}.webp";

    // "status" and what else Product may tell is no business of Order, and must not disturb it.
    public object ToCard() => new
    {
        _id = Id,
        Version,
        ArtistId,
        Title,
        PriceMinor,
        Currency,
        ImageUrl,
        Editions,
        Listed,
        status = "SOLD",
    };

    public ProductListed Listing(long version = 1) =>
        new(Id.ToString(), version, ArtistId.ToString(), Title, PriceMinor, Currency, ImageUrl, Editions, OrderApp.Start);

    public ProductUpdated Updated(long version, string title, long priceMinor) =>
        new(Id.ToString(), version, ArtistId.ToString(), title, priceMinor, Currency, ImageUrl, Editions, OrderApp.Start);

    public ProductWithdrawn Withdrawal(long version) => new(
        Id.ToString(), version, ArtistId.ToString(), Title, PriceMinor, Currency, ImageUrl, Editions, OrderApp.Start);
}
