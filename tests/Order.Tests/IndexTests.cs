using System.Collections.Concurrent;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Events;
using Visuels.Contracts.Orders;
using Visuels.Orders.Artworks;
using Visuels.Orders.Carts;
using Visuels.Orders.Idempotency;
using Visuels.Orders.Reading;

namespace Visuels.Orders.Tests;

/// <summary>The store is asked how it would carry out each query and each update of this service.</summary>
public sealed class IndexTests(OrderApp app) : IClassFixture<OrderApp>
{
    private static readonly string[] Explained = ["find", "aggregate", "update", "findAndModify", "delete"];
    private static readonly string[] NotForExplain = ["$db", "lsid", "writeConcern", "txnNumber"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_query_and_every_update_has_its_index()
    {
        var commands = new ConcurrentQueue<BsonDocument>();
        await UseAsync(Watched(commands));

        var asked = commands.Where(command => Explained.Contains(command.GetElement(0).Name)).ToList();
        Assert.True(asked.Count >= 25, $"{asked.Count} commands were seen");
        foreach (var command in asked)
        {
            var plan = await ExplainAsync(command);
            Assert.False(
                plan.Contains("COLLSCAN", StringComparison.Ordinal) || plan.Contains("\"SORT\"", StringComparison.Ordinal), $"{command} is carried out by {plan}");
        }
    }

    private static async Task UseAsync(IMongoDatabase database)
    {
        var (orders, lists, sold, carts, records) = (
            new OrderStore(database), new OrderLists(database), new SoldEditions(database), new CartStore(database), new IdempotencyRecords(database));
        var (buyer, now) = (ObjectId.GenerateNewId(), OrderApp.Start);
        var card = new ProductCard { Id = ObjectId.GenerateNewId(), ArtistId = ObjectId.GenerateNewId(), Listed = true };
        var line = CartLine.Of(card.Id, 1, null, now);
        var order = Order.Place(line, buyer, card, now);
        var move = new OrderMove(OrderStatus.ACCEPTED, OrderActors.Artist, null, [1], now);

        await orders.InsertAsync([order], Ct);
        await orders.FindAsync(order.Id, buyer, Ct);
        await orders.FindPresentAsync(buyer, [line, CartLine.Of(ObjectId.GenerateNewId(), 1, null, now)], Ct);
        await orders.FindOpenAsync(card.Id, 100, Ct);
        await orders.FindOpenAsync(order.Id, Ct);
        await orders.TryMoveAsync(order, move, Ct);
        await orders.MoveAsync([order], move, Ct);
        await sold.CountAsync([card.Id, buyer], Ct);
        await sold.AreAllTakenAsync(card.Id, Ct);
        await sold.NumbersAsync(card.Id, Ct);
        var after = new BsonArray { new BsonDateTime(now.UtcDateTime), order.Id };
        foreach (var page in new[] { new OrderPage(null, 20, null), new OrderPage(null, 20, after) })
        {
            await lists.OfBuyerAsync(buyer, page, Ct);
            await lists.OfArtistAsync(card.ArtistId, page, Ct);
            await lists.OfArtistAsync(card.ArtistId, page with { Status = OrderStatus.REQUESTED }, Ct);
        }

        await carts.PutAsync(buyer, line, Ct);
        await carts.FindAsync(buyer, Ct);
        await carts.RemoveAsync(buyer, card.Id, Ct);
        await carts.RemoveOrderedAsync(buyer, [order.Id], Ct);
        await carts.ClearAsync(buyer, Ct);

        var record = IdempotencyRecord.Of(buyer, "k", "body", [line], now);
        await records.TryAddAsync(record, Ct);
        await records.FindAsync(record.Id, Ct);
        await records.TryTakeOverAsync(record, now, Ct);
        await records.ReleaseAsync(record, Ct);
        await records.TryFinishAsync(record, new StoredAnswer(200, null, null, []), Ct);
        await records.TryReplaceAsync(record, record, Ct);

        var cards = new ProductCards(database, null!);
        await cards.ApplyAsync(card, Ct);
        await cards.GetAsync([card.Id], Ct);
    }

    private IMongoDatabase Watched(ConcurrentQueue<BsonDocument> commands)
    {
        var settings = app.Service.Database.Client.Settings.Clone();
        // Copied at once: the driver reuses the bytes behind it.
        settings.ClusterConfigurator = cluster => cluster.Subscribe<CommandStartedEvent>(e =>
            commands.Enqueue(BsonDocument.Parse(new BsonDocument(e.Command.Elements.Where(part => !NotForExplain.Contains(part.Name))).ToJson())));
        return new MongoClient(settings).GetDatabase(app.Service.Database.DatabaseNamespace.DatabaseName);
    }

    private async Task<string> ExplainAsync(BsonDocument command)
    {
        var explain = new BsonDocument { { "explain", command }, { "verbosity", "queryPlanner" } };
        return (await app.Service.Database.RunCommandAsync<BsonDocument>(explain, cancellationToken: Ct)).ToJson();
    }
}
