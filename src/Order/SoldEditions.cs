using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.Orders;

/// <summary>Which editions are sold: read from the accepted orders, which are the only truth about it.</summary>
internal sealed class SoldEditions(IMongoDatabase database)
{
    private static readonly FilterDefinitionBuilder<Order> Filter = Builders<Order>.Filter;

    // Written out: as an expression it would be compiled anew for every order, which costs more than all else that placing one does.
    private static readonly BsonDocument PerProduct = new()
    {
        { "_id", "$item.productId" },
        { "taken", new BsonDocument("$sum", "$item.quantity") },
        { "of", new BsonDocument("$max", "$item.editionCount") },
    };

    private readonly IMongoCollection<Order> _orders = database.GetCollection<Order>(OrderStore.Collection);

    /// <summary>How many editions of each product are sold; absent when none is.</summary>
    public async Task<IReadOnlyDictionary<ObjectId, int>> CountAsync(IReadOnlyCollection<ObjectId> products, CancellationToken ct) =>
        (await ReadAsync(Filter.In(o => o.Item.ProductId, products), ct)).ToDictionary(count => count.Id, count => count.Taken);

    public async Task<bool> AreAllTakenAsync(ObjectId product, CancellationToken ct) =>
        await ReadAsync(Filter.Eq(o => o.Item.ProductId, product), ct) is [var count] && count.Taken >= count.Of;

    /// <summary>The numbers that are taken.</summary>
    public async Task<IReadOnlySet<int>> NumbersAsync(ObjectId product, CancellationToken ct)
    {
        var taken = await _orders.Find(Filter.Eq(o => o.Item.ProductId, product) & Filter.Eq(o => o.Sold, true)).Project(o => o.Editions).ToListAsync(ct);
        return taken.SelectMany(numbers => numbers).ToHashSet();
    }

    /// <summary>The orders that hold editions of these products, and these orders whatever they hold: ids, versions and editions only.</summary>
    public async Task<IReadOnlyList<Order>> ReadAsync(IReadOnlyCollection<ObjectId> products, IReadOnlyCollection<ObjectId> orders, CancellationToken ct) =>
        await _orders
            .Find((Filter.In(o => o.Item.ProductId, products) & Filter.Eq(o => o.Sold, true)) | Filter.In(o => o.Id, orders))
            .Project<Order>(Builders<Order>.Projection.Exclude(o => o.Outbox).Exclude(o => o.History).Exclude(o => o.Requirement))
            .ToListAsync(ct);

    private Task<List<Count>> ReadAsync(FilterDefinition<Order> products, CancellationToken ct) =>
        _orders.Aggregate().Match(products & Filter.Eq(o => o.Sold, true)).Group<Count>(PerProduct).ToListAsync(ct);

    private sealed record Count(ObjectId Id, int Taken, int Of);
}
