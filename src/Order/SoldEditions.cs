using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.Orders;

/// <summary>Which editions are sold: read from the accepted orders, which are the only truth about it.</summary>
internal sealed class SoldEditions(IMongoDatabase database)
{
    private readonly IMongoCollection<Order> _orders = database.GetCollection<Order>(OrderStore.Collection);

    /// <summary>How many editions of each product are sold; absent when none is.</summary>
    public async Task<IReadOnlyDictionary<ObjectId, int>> CountAsync(IReadOnlyCollection<ObjectId> products, CancellationToken ct)
    {
        var counts = await Sold(Builders<Order>.Filter.In(o => o.Item.ProductId, products))
            .Group(o => o.Item.ProductId, orders => new { Product = orders.Key, Taken = orders.Sum(o => o.Item.Quantity) })
            .ToListAsync(ct);
        return counts.ToDictionary(count => count.Product, count => count.Taken);
    }

    public async Task<bool> AreAllTakenAsync(ObjectId product, CancellationToken ct)
    {
        var count = await Sold(Builders<Order>.Filter.Eq(o => o.Item.ProductId, product))
            .Group(o => o.Item.ProductId, orders => new { Taken = orders.Sum(o => o.Item.Quantity), Of = orders.Max(o => o.Item.EditionCount) })
            .FirstOrDefaultAsync(ct);
        return count is not null && count.Taken >= count.Of;
    }

    /// <summary>The numbers that are taken.</summary>
    public async Task<IReadOnlySet<int>> NumbersAsync(ObjectId product, CancellationToken ct)
    {
        var taken = await _orders.Find(o => o.Item.ProductId == product && o.Sold).Project(o => o.Editions).ToListAsync(ct);
        return taken.SelectMany(numbers => numbers).ToHashSet();
    }

    private IAggregateFluent<Order> Sold(FilterDefinition<Order> products) =>
        _orders.Aggregate().Match(products & Builders<Order>.Filter.Eq(o => o.Sold, true));
}
