using MassTransit;
using MongoDB.Bson;
using Visuels.Contracts.Orders;
using Visuels.Orders.Deletion;

namespace Visuels.Orders.Answering;

/// <summary>
/// After an acceptance: if it took the last edition, the others must know. After a sale that came to nothing: what a buyer who has left asked
/// for in it must go. The event comes again until this is done.
/// </summary>
internal sealed class OrderStatusChangedConsumer(SoldOutArtworks artworks, DeletedMembers members) : IConsumer<OrderStatusChanged>
{
    public Task Consume(ConsumeContext<OrderStatusChanged> context)
    {
        var (order, ct) = (context.Message, context.CancellationToken);
        return order switch
        {
            { Status: nameof(OrderStatus.ACCEPTED) } => artworks.RejectTheRestAsync(ObjectId.Parse(order.ProductId), ct),
            { PreviousStatus: nameof(OrderStatus.ACCEPTED) } => members.CloseIfLeftAsync(ObjectId.Parse(order.BuyerId), ObjectId.Parse(order.ArtistId), ct),
            _ => Task.CompletedTask,
        };
    }
}

/// <summary>
/// After a new order: it may have been written while the last edition was accepted, after the others were turned down. One of the two
/// events comes after both writes, so one of the two consumers sees it. The same holds for one side's deleting its account.
/// </summary>
internal sealed class OrderPlacedConsumer(SoldOutArtworks artworks, DeletedMembers members) : IConsumer<OrderPlaced>
{
    public async Task Consume(ConsumeContext<OrderPlaced> context)
    {
        var (order, ct) = (context.Message, context.CancellationToken);
        await artworks.RejectAsync(ObjectId.Parse(order.ProductId), ObjectId.Parse(order.OrderId), ct);
        await members.CloseIfLeftAsync(ObjectId.Parse(order.BuyerId), ObjectId.Parse(order.ArtistId), ct);
    }
}
