using System.Linq.Expressions;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Paging;

namespace Visuels.Orders.Reading;

/// <summary>One page, and how many orders there are on all pages.</summary>
internal sealed record OrderList(IReadOnlyList<Order> Orders, long Total, string? NextCursor);

/// <summary>The orders of one buyer or one artist, newest first.</summary>
internal sealed class OrderLists(IMongoDatabase database) : ICreatesIndexes
{
    private static readonly FilterDefinitionBuilder<Order> Filter = Builders<Order>.Filter;

    private static readonly ProjectionDefinition<Order, Order> InLists =
        Builders<Order>.Projection.Exclude(o => o.Outbox).Exclude(o => o.History);

    private readonly IMongoCollection<Order> _orders = database.GetCollection<Order>(OrderStore.Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _orders.Indexes.CreateManyAsync(
        [
            Newest("buyer_newest", Builders<Order>.IndexKeys.Ascending(o => o.UserId)),
            Newest("artist_newest", Builders<Order>.IndexKeys.Ascending(o => o.Item.ArtistId)),
            // A buyer's orders are few; an artist's may be thousands, of which some await an answer.
            Newest("artist_status_newest", Builders<Order>.IndexKeys.Ascending(o => o.Item.ArtistId).Ascending(o => o.Status)),
        ],
        ct);

    public Task<OrderList> OfBuyerAsync(ObjectId buyer, OrderPage page, CancellationToken ct) => ReadAsync(o => o.UserId, buyer, page, ct);

    public Task<OrderList> OfArtistAsync(ObjectId artist, OrderPage page, CancellationToken ct) => ReadAsync(o => o.Item.ArtistId, artist, page, ct);

    private async Task<OrderList> ReadAsync(Expression<Func<Order, ObjectId>> owner, ObjectId member, OrderPage page, CancellationToken ct)
    {
        var all = Filter.Eq(owner, member);
        if (page.Status is { } status)
        {
            all &= Filter.Eq(o => o.Status, status);
        }

        var total = _orders.CountDocumentsAsync(all, cancellationToken: ct);
        var found = await _orders
            .Find(page.After is { } after ? all & OlderThan(after) : all)
            .Sort(Builders<Order>.Sort.Descending(o => o.CreatedAt).Descending(o => o.Id))
            .Limit(page.Limit + 1)
            .Project(InLists)
            .ToListAsync(ct);

        var orders = found.Take(page.Limit).ToList();
        var next = found.Count > page.Limit
            ? PageCursor.Encode(new BsonDateTime(orders[^1].CreatedAt.UtcDateTime), orders[^1].Id)
            : null;
        return new OrderList(orders, await total, next);
    }

    private static FilterDefinition<Order> OlderThan(BsonArray after)
    {
        var (at, id) = (new DateTimeOffset(after[0].ToUniversalTime()), after[1].AsObjectId);
        // The first condition is implied by the others; it gives the index its range.
        return Filter.Lte(o => o.CreatedAt, at)
            & Filter.Or(Filter.Lt(o => o.CreatedAt, at), Filter.Lt(o => o.Id, id));
    }

    private static CreateIndexModel<Order> Newest(string name, IndexKeysDefinition<Order> keys) => new(
        Builders<Order>.IndexKeys.Combine(keys, Builders<Order>.IndexKeys.Descending(o => o.CreatedAt).Descending(o => o.Id)),
        new CreateIndexOptions { Name = name });
}
