using System.Diagnostics.CodeAnalysis;
using System.Net;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Orders.Tests;

/// <summary>A signed-in person.</summary>
public sealed record Person(ObjectId Id, string Username, string Email, HttpClient Http);

/// <summary>Order on a real port, with a fake Product and a fake Auth beside it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit disposes it by IAsyncLifetime.")]
public sealed class OrderApp : IAsyncLifetime
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public ServiceUnderTest Service { get; private set; } = null!;

    public FakeProduct Product { get; private set; } = null!;

    public TestBus Bus => Service.Bus;

    /// <summary>Order's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Orders that hold events; in memory, those whose consumers are not done yet.</summary>
    public static FilterDefinition<BsonDocument> Waiting { get; } = Builders<BsonDocument>.Filter.Exists("outbox.pendingAt");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Product = await FakeProduct.StartAsync();
        Service = await ServiceUnderTest.StartAsync(OrderService.Build, test =>
        {
            test.Clock = Clock;
            test.Settings["Services:product"] = Product.Address.ToString();
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Product.DisposeAsync();
    }

    public Person Buyer() => Someone("Bea", Roles.User);

    public Person Artist() => Someone("Ada", Roles.Artist);

    /// <summary>An artwork that Product knows, but of which Order has not heard yet.</summary>
    public Artwork List(Person artist, int editions = 1, long priceMinor = 12_050, string currency = "USD", string title = "Harbour")
    {
        var artwork = new Artwork(ObjectId.GenerateNewId(), artist.Id, title, priceMinor, currency, editions);
        return Product.Artworks[artwork.Id] = artwork;
    }

    /// <summary>Tells Order of an artwork's withdrawal and waits until it has heard.</summary>
    public async Task WithdrawAsync(Artwork artwork)
    {
        await Bus.PublishAsync(artwork.Withdrawal(artwork.Version + 1));
        await WaitForCardAsync(artwork, artwork.Version + 1);
    }

    /// <summary>The card as stored, once Order has heard of this version.</summary>
    public Task<BsonDocument> WaitForCardAsync(Artwork artwork, long version) => Eventually.Until(
        async () => await Cards.Find(card => card["_id"] == artwork.Id && card["version"] == version).FirstOrDefaultAsync(Ct),
        $"the card has version {version}")!;

    /// <summary>
    /// Somebody else gets an edition of the artwork, once all are through with what happened to it before: a sale that was cancelled since may
    /// still be turning down who comes next.
    /// </summary>
    public async Task<string> SellAsync(Person artist, Artwork artwork, int quantity = 1)
    {
        await Eventually.Until(
            async () => await Orders.CountDocumentsAsync(Waiting & Builders<BsonDocument>.Filter.Eq("item.productId", artwork.Id), cancellationToken: Ct) == 0,
            "everybody has heard of the artwork's orders");
        var id = await Buyer().OrderAsync(artwork, quantity);
        await (await artist.AnswerAsync(id, "ACCEPTED")).JsonAsync(HttpStatusCode.OK);
        return id;
    }

    /// <summary>Cards as stored.</summary>
    public IMongoCollection<BsonDocument> Cards => Service.Database.GetCollection<BsonDocument>("products");

    /// <summary>Orders as stored.</summary>
    public IMongoCollection<BsonDocument> Orders => Service.Database.GetCollection<BsonDocument>("orders");

    /// <summary>How many of an artwork's orders are in each status.</summary>
    public async Task<Dictionary<string, int>> CountAsync(Artwork artwork)
    {
        var orders = await Orders.Find(order => order["item"]["productId"] == artwork.Id).ToListAsync(Ct);
        return orders.CountBy(order => order["status"].AsString).ToDictionary();
    }

    private Person Someone(string name, string role)
    {
        var card = Service.Auth.Add(name, role);
        return new Person(card.Id, card.Username, card.Email, Service.As(card.Id, role));
    }
}
