using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Orders.Artworks;
using Visuels.Orders.Carts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Orders.Tests;

/// <summary>Order with a clock that moves when told to, for what happens after days.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit disposes it by IAsyncLifetime.")]
public sealed class UnansweredApp : IAsyncDisposable
{
    private readonly ObjectId _artist;

    private UnansweredApp(ServiceUnderTest service, FakeProduct product, FakeTimeProvider clock) =>
        (Service, Product, Clock, _artist) = (service, product, clock, service.Auth.Add("Ada", Roles.Artist).Id);

    public ServiceUnderTest Service { get; }

    public FakeProduct Product { get; }

    public FakeTimeProvider Clock { get; }

    internal IMongoCollection<Order> Orders => Service.Database.GetCollection<Order>(OrderStore.Collection);

    /// <summary>The artist of all orders, with a token of today.</summary>
    public Person Artist => new(_artist, "ada", "ada@example.com", Service.As(_artist, Roles.Artist));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<UnansweredApp> StartAsync()
    {
        var clock = new FakeTimeProvider(OrderApp.Start);
        var product = await FakeProduct.StartAsync();
        return new UnansweredApp(await StartAsync(clock, product, restarts: null), product, clock);
    }

    /// <summary>Another instance on the same store.</summary>
    public Task<ServiceUnderTest> StartAnotherAsync() => StartAsync(Clock, Product, Service);

    /// <summary>Orders of as many buyers, placed now, of which everybody has heard.</summary>
    public async Task<IReadOnlyList<ObjectId>> PlaceAsync(int count = 1)
    {
        var now = Clock.GetUtcNow();
        var card = new ProductCard { Id = ObjectId.GenerateNewId(), ArtistId = _artist, Title = "Harbour", ImageUrl = "http://localhost:4000/a.webp", PriceMinor = 500, Editions = 1000, Listed = true };
        List<Order> orders = [.. Enumerable.Range(0, count).Select(_ =>
            Order.Place(CartLine.Of(card.Id, 1, null, now), Service.Auth.Add("Bea", Roles.User).Id, card, now) with { Outbox = new Outbox() })];
        await Orders.InsertManyAsync(orders, cancellationToken: Ct);
        return [.. orders.Select(order => order.Id)];
    }

    /// <summary>Lets time pass once everybody has heard of what happened until now: in the middle of its work a relay would take it for a broker that hangs.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        await Eventually.Until(
            async () => await Service.Database.GetCollection<BsonDocument>(OrderStore.Collection).CountDocumentsAsync(OrderApp.Waiting, cancellationToken: Ct) == 0,
            "everybody has heard of it");
        Clock.Advance(time);
    }

    /// <summary>Runs a schedule as an operator does.</summary>
    /// <returns>How many orders it changed.</returns>
    public async Task<long> RunAsync(string schedule)
    {
        var run = await (await Service.AsService("jobs", "order").PostAsync($"/internal/schedules/{schedule}/run", null, Ct)).JsonAsync(HttpStatusCode.OK);
        Assert.Equal("done", run.Text("outcome"));
        return run["changed"]!.GetValue<long>();
    }

    public async Task<JsonNode> ReadAsync(ObjectId id) => await Artist.ReadOrderAsync(id.ToString());

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Product.DisposeAsync();
    }

    private static Task<ServiceUnderTest> StartAsync(FakeTimeProvider clock, FakeProduct product, ServiceUnderTest? restarts) =>
        ServiceUnderTest.StartAsync(OrderService.Build, test =>
        {
            test.Clock = clock;
            test.Restarts = restarts;
            test.Settings["Services:product"] = product.Address.ToString();
        });
}
