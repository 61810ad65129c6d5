using MassTransit;
using MongoDB.Bson;
using Visuels.Contracts.Orders;
using Visuels.Orders.Deletion;

namespace Visuels.Orders.Answering;

/// <summary>After an acceptance: if it took the last edition, the others must know. The event comes again until this is done.</summary>
internal sealed class OrderStatusChangedConsumer(SoldOutArtworks artworks) : IConsumer<OrderStatusChanged>
{
    public Task Consume(ConsumeContext<OrderStatusChanged> context) => context.Message.Status == nameof(OrderStatus.ACCEPTED)
        ? artworks.RejectTheRestAsync(ObjectId.Parse(context.Message.ProductId), context.CancellationToken)
        : Task.CompletedTask;
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
