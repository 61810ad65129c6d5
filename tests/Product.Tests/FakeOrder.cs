using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Json;

namespace Visuels.Products.Tests;

/// <summary>An order as Order has it; one that holds editions is sold.</summary>
public sealed record FakeSale(ObjectId OrderId, ObjectId ProductId, long Version, int Editions);

/// <summary>What Product sees of Order over HTTP: its sales, on a loopback port.</summary>
public sealed class FakeOrder : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeOrder(WebApplication app) => _app = app;

    public ConcurrentDictionary<ObjectId, FakeSale> Orders { get; } = new();

    /// <summary>Most products that were asked for in one call.</summary>
    public int MostAsked { get; private set; }

    /// <summary>Whether it answers 503 instead.</summary>
    public bool IsDown { get; set; }

    /// <summary>What happens after the answer is made and before it is sent.</summary>
    public Func<Task>? Meanwhile { get; set; }

    public Uri Address => new(_app.Urls.First());

    public static async Task<FakeOrder> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var fake = new FakeOrder(app);
        app.MapPost("/api/v1/order/internal/sales", fake.SalesAsync);
        await app.StartAsync();
        return fake;
    }

    public FakeSale Sell(ObjectId product, int editions = 1, long version = 3)
    {
        var sale = new FakeSale(ObjectId.GenerateNewId(), product, version, editions);
        return Orders[sale.OrderId] = sale;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task<IResult> SalesAsync(HttpRequest request, CancellationToken ct)
    {
        var body = await request.ReadFromJsonAsync<JsonElement>(ct);
        var (products, orders) = (Ids(body, "productIds"), Ids(body, "orderIds"));
        MostAsked = Math.Max(MostAsked, products.Count);
        if (IsDown || products.Count > 50 || orders.Count > 500 || request.Headers.Authorization.Count == 0)
        {
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        var sales = Orders.Values.Where(sale => (sale.Editions > 0 && products.Contains(sale.ProductId)) || orders.Contains(sale.OrderId)).ToList();
        if (Meanwhile is { } meanwhile)
        {
            await meanwhile();
        }

        return Results.Json(new { sales, addedLater = true }, JsonRules.Web);
    }

    private static HashSet<ObjectId> Ids(JsonElement body, string name) =>
        [.. body.GetProperty(name).EnumerateArray().Select(id => ObjectId.Parse(id.GetString()))];
}
