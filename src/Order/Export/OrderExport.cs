using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Contracts.Orders;
using Visuels.Orders.Carts;
using Visuels.ServiceDefaults.Exports;
using Visuels.ServiceDefaults.Money;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Orders.Export;

/// <summary>What Order holds of a user: the cart, and the orders as buyer and as artist, with the other side's names.</summary>
internal sealed class OrderExport(IMongoDatabase database, CartStore carts, UserCards users) : IExportsUsers
{
    private const int BatchSize = 50;

    private readonly IMongoCollection<Order> _orders = database.GetCollection<Order>(OrderStore.Collection);

    public object Export(ObjectId user, CancellationToken ct) => new ExportedOrders(
        CartAsync(user, ct),
        OrdersAsync(order => order.UserId, user, OrderActors.Buyer, ct).Concat(OrdersAsync(order => order.Item.ArtistId, user, OrderActors.Artist, ct)));

    private async IAsyncEnumerable<ExportedCartLine> CartAsync(ObjectId user, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var line in (await carts.FindAsync(user, ct))?.Items ?? [])
        {
            yield return new ExportedCartLine(line.ProductId, line.Quantity, line.Requirement, line.AddedAt);
        }
    }

    private async IAsyncEnumerable<ExportedOrder> OrdersAsync(
        Expression<Func<Order, ObjectId>> side, ObjectId user, string role, [EnumeratorCancellation] CancellationToken ct)
    {
        var own = _orders.Find(Builders<Order>.Filter.Eq(side, user)).Project<Order>(Builders<Order>.Projection.Exclude(o => o.Outbox));
        await foreach (var orders in own.StreamAsync(ct).Chunk(BatchSize).WithCancellation(ct))
        {
            var others = await users.GetAsync(orders.Select(order => Other(order, role)), ct);
            foreach (var order in orders)
            {
                yield return ExportedOrder.From(order, role, others.GetValueOrDefault(Other(order, role)));
            }
        }
    }

    private static ObjectId Other(Order order, string role) => role == OrderActors.Buyer ? order.Item.ArtistId : order.UserId;
}

internal sealed record ExportedOrders(IAsyncEnumerable<ExportedCartLine> Cart, IAsyncEnumerable<ExportedOrder> Orders);

internal sealed record ExportedCartLine(ObjectId ProductId, int Quantity, string? Requirement, DateTimeOffset AddedAt);

internal sealed record ExportedOrder(
    [property: JsonPropertyName("_id")] ObjectId Id,
    string As,
    ArtistResponse? With,
    OrderItemResponse Item,
    decimal TotalAmount,
    string Currency,
    OrderStatus Status,
    string? Requirement,
    IReadOnlyList<int> Editions,
    IReadOnlyList<HistoryEntry> History,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static ExportedOrder From(Order order, string role, UserCard? other) => new(
        order.Id,
        role,
        other is null ? null : new ArtistResponse(other.Id, other.Username, other.Name),
        OrderItemResponse.From(order.Item),
        Currencies.ToMajor(order.TotalMinor, order.Item.Currency),
        order.Item.Currency,
        order.Status,
        order.Requirement,
        order.Editions,
        order.History,
        order.CreatedAt,
        order.UpdatedAt);
}
