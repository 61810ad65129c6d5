using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Products.Artworks;
using Visuels.Products.Categories;
using Visuels.Products.Sales;
using Visuels.Testing;

namespace Visuels.Products.Tests;

public sealed class SaleReconciliationTests : IAsyncLifetime
{
    private FakeOrder? _order;
    private ServiceUnderTest? _service;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private FakeOrder Order => _order!;

    private ServiceUnderTest App => _service!;

    private IMongoCollection<Product> Products => App.Database.GetCollection<Product>(Product.Collection);

    public async ValueTask InitializeAsync()
    {
        _order = await FakeOrder.StartAsync();
        _service = await ServiceUnderTest.StartAsync(ProductService.Build, test => test.Settings["Services:order"] = _order.Address.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Order.DisposeAsync();
    }

    [Fact]
    public async Task A_sale_that_was_lost_is_found_again()
    {
        var product = await AddAsync();
        var sale = Order.Sell(product);

        Assert.Equal(1, await RunAsync());

        await IsAsync(product, "SOLD", new Sale(sale.OrderId, 3, 1));
        Assert.Equal(0, await RunAsync());
    }

    [Fact]
    public async Task A_sale_of_which_Order_knows_nothing_goes()
    {
        var product = await AddAsync(sales: [new Sale(ObjectId.GenerateNewId(), 7, 1)], status: "SOLD");

        Assert.Equal(1, await RunAsync());

        await IsAsync(product, "AVAILABLE");
    }

    [Fact]
    public async Task A_cancellation_that_was_lost_frees_the_piece_and_old_news_of_its_sale_changes_nothing()
    {
        var product = await AddAsync();
        var cancelled = Order.Sell(product, editions: 0, version: 4);
        await SetAsync(product, [new Sale(cancelled.OrderId, 3, 1)], "SOLD");

        Assert.Equal(1, await RunAsync());

        await IsAsync(product, "AVAILABLE", new Sale(cancelled.OrderId, 4, 0));
        await App.Services.GetRequiredService<SaleStore>().ApplyAsync(product, new Sale(cancelled.OrderId, 3, 1), Ct);
        await IsAsync(product, "AVAILABLE", new Sale(cancelled.OrderId, 4, 0));
    }

    [Theory]
    [InlineData("AVAILABLE", 3, 1, "SOLD")]
    [InlineData("SOLD", 3, 2, "SOLD")]
    [InlineData("AVAILABLE", 99, 0, "SOLD")]
    public async Task What_was_broken_by_hand_is_mended(string status, long version, int editions, string right)
    {
        var product = await AddAsync();
        var sale = Order.Sell(product);
        await SetAsync(product, [new Sale(sale.OrderId, version, editions)], status);

        Assert.Equal(1, await RunAsync());

        await IsAsync(product, right, new Sale(sale.OrderId, 3, 1));
    }

    [Fact]
    public async Task What_is_right_is_left_alone()
    {
        var (sold, free, cancelled) = (await AddAsync(), await AddAsync(), await AddAsync(editions: 3));
        var (sale, half) = (Order.Sell(sold), Order.Sell(cancelled, editions: 2));
        await SetAsync(sold, [new Sale(sale.OrderId, 3, 1)], "SOLD");
        // The first of them was cancelled and holds nothing.
        await SetAsync(cancelled, [new Sale(ObjectId.GenerateNewId(), 4, 0), new Sale(half.OrderId, 3, 2)], "AVAILABLE");
        var before = await Products.Find(_ => true).Sort("{_id: 1}").As<BsonDocument>().ToListAsync(Ct);

        Assert.Equal(0, await RunAsync());

        Assert.Equal(before, await Products.Find(_ => true).Sort("{_id: 1}").As<BsonDocument>().ToListAsync(Ct));
        Assert.Equal("AVAILABLE", (await FindAsync(free)).Status);
    }

    [Fact]
    public async Task An_event_that_comes_while_Order_is_asked_wins_and_the_next_run_agrees()
    {
        var product = await AddAsync();
        var sale = Order.Sell(product);
        Order.Meanwhile = async () =>
        {
            // The order is cancelled, and Product hears of it, after Order has answered.
            Order.Meanwhile = null;
            Order.Orders[sale.OrderId] = sale with { Version = 4, Editions = 0 };
            await App.Services.GetRequiredService<SaleStore>().ApplyAsync(product, new Sale(sale.OrderId, 4, 0), Ct);
        };

        Assert.Equal(0, await RunAsync());

        await IsAsync(product, "AVAILABLE", new Sale(sale.OrderId, 4, 0));
        Assert.Equal(0, await RunAsync());
    }

    [Fact]
    public async Task Real_news_against_two_repairs_at_once_all_end_at_what_Order_has()
    {
        var products = new List<ObjectId>();
        for (var i = 0; i < 30; i++)
        {
            products.Add(await AddAsync(sales: [new Sale(ObjectId.GenerateNewId(), 9, 1)], status: "SOLD"));
        }

        var sales = products.Where((_, i) => i % 2 == 0).Select(product => Order.Sell(product)).ToList();
        var store = App.Services.GetRequiredService<SaleStore>();

        // Past the lease, which would let one in only.
        var repairs = Enumerable.Range(0, 2).Select(_ => Task.Run(() => App.Services.GetRequiredService<SaleReconciliation>().RunAsync(Ct), Ct)).ToList();
        await Task.WhenAll(sales.Select(sale => store.ApplyAsync(sale.ProductId, new Sale(sale.OrderId, sale.Version, sale.Editions), Ct)));
        await Task.WhenAll(repairs);
        await RunAsync();

        foreach (var product in products)
        {
            var sale = sales.SingleOrDefault(sale => sale.ProductId == product);
            await IsAsync(product, sale is null ? "AVAILABLE" : "SOLD", sale is null ? [] : [new Sale(sale.OrderId, 3, 1)]);
        }
    }

    [Fact]
    public async Task Many_products_are_asked_about_fifty_at_a_time()
    {
        List<Product> many = [.. Enumerable.Range(0, 120).Select(_ => New())];
        await Products.InsertManyAsync(many, cancellationToken: Ct);
        foreach (var product in many)
        {
            Order.Sell(product.Id);
        }

        Assert.Equal(120, await RunAsync());

        Assert.Equal(50, Order.MostAsked);
        Assert.Equal(120, await Products.CountDocumentsAsync(product => product.Status == "SOLD", cancellationToken: Ct));
    }

    [Fact]
    public async Task Without_Order_nothing_changes_and_the_run_has_failed()
    {
        var product = await AddAsync(sales: [new Sale(ObjectId.GenerateNewId(), 7, 1)], status: "SOLD");
        Order.IsDown = true;

        await RunAsync("failed");

        Assert.Equal("SOLD", (await FindAsync(product)).Status);
    }

    private static Product New(int editions = 1, List<Sale>? sales = null, string status = "AVAILABLE") => new()
    {
        Id = ObjectId.GenerateNewId(),
        ArtistId = ObjectId.GenerateNewId(),
        Title = "Harbour",
        ShortDescription = "Boats",
        Description = "Oil",
        Price = Price.Of(5, "USD")!,
        Category = new Category(ObjectId.GenerateNewId(), "Landscape", "landscape"),
        Images = [],
        Editions = editions,
        Sales = sales ?? [],
        Status = status,
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
    };

    private async Task<ObjectId> AddAsync(int editions = 1, List<Sale>? sales = null, string status = "AVAILABLE")
    {
        var product = New(editions, sales, status);
        await Products.InsertOneAsync(product, cancellationToken: Ct);
        return product.Id;
    }

    /// <summary>Breaks, or makes, the copy by hand.</summary>
    private Task<UpdateResult> SetAsync(ObjectId product, List<Sale> sales, string status) => Products.UpdateOneAsync(
        p => p.Id == product, Builders<Product>.Update.Set(p => p.Sales, sales).Set(p => p.Status, status), cancellationToken: Ct);

    private Task<Product> FindAsync(ObjectId product) => Products.Find(p => p.Id == product).FirstAsync(Ct);

    private async Task IsAsync(ObjectId id, string status, params Sale[] sales)
    {
        var product = await FindAsync(id);
        Assert.Equal(status, product.Status);
        Assert.Equal(sales, product.Sales);
    }

    private async Task<int> RunAsync(string outcome = "done")
    {
        using var response = await App.AsService("jobs", "product").PostAsync("/internal/schedules/sale-reconciliation/run", null, Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var run = await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal(outcome, run.GetProperty("outcome").GetString());
        return run.GetProperty("changed").GetInt32();
    }
}
