using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Contracts.Orders;
using Visuels.Products.Artworks;
using Visuels.Products.Sales;
using Visuels.Testing;

namespace Visuels.Products.Tests;

public sealed class SaleTests(ProductApp app) : IClassFixture<ProductApp>
{
    private static readonly ObjectId First = ObjectId.GenerateNewId();
    private static readonly ObjectId Second = ObjectId.GenerateNewId();

    [Fact]
    public void A_piece_is_sold_when_its_last_edition_is_taken()
    {
        Assert.Equal(ProductStatus.Available, SaleRules.StatusOf(2, []));
        Assert.Equal(ProductStatus.Available, SaleRules.StatusOf(2, [new Sale(First, 2, 1)]));
        Assert.Equal(ProductStatus.Sold, SaleRules.StatusOf(2, [new Sale(First, 2, 1), new Sale(Second, 2, 1)]));
        Assert.Equal(ProductStatus.Available, SaleRules.StatusOf(2, [new Sale(First, 3, 0), new Sale(Second, 2, 1)]));
    }

    [Fact]
    public void News_of_an_order_counts_only_when_it_is_newer_than_what_is_known_of_that_order()
    {
        List<Sale> sales = [new(First, 3, 0)];

        Assert.Null(SaleRules.With(sales, new Sale(First, 2, 1)));
        Assert.Null(SaleRules.With(sales, new Sale(First, 3, 1)));
        Assert.Equal([new Sale(First, 4, 1)], SaleRules.With(sales, new Sale(First, 4, 1)));
        Assert.Equal([new Sale(First, 3, 0), new Sale(Second, 1, 1)], SaleRules.With(sales, new Sale(Second, 1, 1)));
    }

    [Fact]
    public async Task An_accepted_order_sells_a_single_piece_and_its_cancellation_frees_it()
    {
        var id = (await app.NewArtist().ListAsync()).Id();

        await app.Service.Bus.PublishAsync(Change(id, First, 3, "ACCEPTED", "VIEWED", [1]));
        await StatusBecomesAsync(id, "SOLD");
        await app.Service.Bus.PublishAsync(Change(id, First, 4, "CANCELLED", "ACCEPTED", []));
        await StatusBecomesAsync(id, "AVAILABLE");
    }

    [Fact]
    public async Task Sold_pieces_stay_on_show()
    {
        var artist = app.NewArtist();
        await app.KnowAsync(artist);
        var id = (await artist.ListAsync()).Id();

        await app.Service.Bus.PublishAsync(Change(id, First, 2, "ACCEPTED", "REQUESTED", [1]));
        await StatusBecomesAsync(id, "SOLD");

        Assert.Single((await app.Anonymous.GetOkAsync($"{ProductApp.Root}?artist={artist.Card.Username}")).Titles());
        Assert.Single((await app.Anonymous.GetOkAsync($"{ProductApp.Root}?artist={artist.Card.Username}&status=SOLD")).Titles());
        Assert.Empty((await app.Anonymous.GetOkAsync($"{ProductApp.Root}?artist={artist.Card.Username}&status=AVAILABLE")).Titles());
    }

    [Fact]
    public async Task Any_order_and_repetition_of_the_same_news_ends_in_the_same_state()
    {
        // Five editions: the first order takes two and gives them back, the second takes two, the third takes three.
        var random = new Random(7);
        var ids = new List<string>();
        for (var round = 0; round < 10; round++)
        {
            var id = (await app.NewArtist().ListAsync(("editions", "5"))).Id();
            ObjectId[] orders = [ObjectId.GenerateNewId(), ObjectId.GenerateNewId(), ObjectId.GenerateNewId()];
            OrderStatusChanged[] news =
            [
                Change(id, orders[0], 2, "VIEWED", "REQUESTED", []),
                Change(id, orders[0], 3, "ACCEPTED", "VIEWED", [1, 2]),
                Change(id, orders[0], 4, "CANCELLED", "ACCEPTED", []),
                Change(id, orders[1], 2, "ACCEPTED", "REQUESTED", [1, 2]),
                Change(id, orders[2], 2, "ACCEPTED", "REQUESTED", [3, 4, 5]),
                Change(id, ObjectId.GenerateNewId(), 2, "REJECTED", "REQUESTED", []),
                Change(id, ObjectId.GenerateNewId(), 2, "CANCELLED", "REQUESTED", []),
            ];
            var told = news.Concat(news).ToArray();
            random.Shuffle(told);
            await Task.WhenAll(told.Select(change => app.Service.Bus.PublishAsync(change)));
            ids.Add(id);
        }

        foreach (var id in ids)
        {
            await SalesBecomeAsync(id, [0, 2, 3]);
            await StatusBecomesAsync(id, "SOLD");
        }
    }

    [Fact]
    public async Task Many_orders_accepted_at_once_are_all_counted()
    {
        var id = (await app.NewArtist().ListAsync(("editions", "30"))).Id();

        await Task.WhenAll(Enumerable.Range(1, 30).Select(n => app.Service.Bus.PublishAsync(Change(id, ObjectId.GenerateNewId(), 2, "ACCEPTED", "REQUESTED", [n]))));

        await StatusBecomesAsync(id, "SOLD");
    }

    [Fact]
    public async Task An_order_for_an_unknown_product_is_nobodys_business()
    {
        await app.Service.Bus.PublishAsync(Change(ObjectId.GenerateNewId().ToString(), First, 2, "ACCEPTED", "REQUESTED", [1]));
        var id = (await app.NewArtist().ListAsync()).Id();

        await app.Service.Bus.PublishAsync(Change(id, First, 2, "ACCEPTED", "REQUESTED", [1]));

        await StatusBecomesAsync(id, "SOLD");
    }

    private static OrderStatusChanged Change(string product, ObjectId order, long version, string status, string previous, int[] editions) => new(
        order.ToString(), version, status, previous, OrderActors.Artist, null, ObjectId.GenerateNewId().ToString(), ObjectId.GenerateNewId().ToString(),
        product, "Quiet Harbour", "http://localhost:4000/images/products/x.jpg", editions.Length, 100, "USD", editions, DateTimeOffset.UtcNow);

    private Task StatusBecomesAsync(string id, string status) => Eventually.Until(
        async () => (await app.Anonymous.GetOkAsync($"{ProductApp.Root}/{id}")).GetProperty("product").GetProperty("status").GetString() == status,
        $"product {id} is {status}");

    private Task SalesBecomeAsync(string id, int[] editions) => Eventually.Until(
        async () =>
        {
            var product = await app.Service.Database.GetCollection<Product>(Product.Collection).Find(p => p.Id == ObjectId.Parse(id)).SingleAsync();
            return product.Sales.Select(sale => sale.Editions).Order().SequenceEqual(editions);
        },
        $"product {id} has its sales");
}
