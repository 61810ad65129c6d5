using MassTransit;
using MongoDB.Bson;
using Visuels.Contracts.Orders;

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
/// events comes after both writes, so one of the two consumers sees it.
/// </summary>
internal sealed class OrderPlacedConsumer(SoldOutArtworks artworks) : IConsumer<OrderPlaced>
{
    public Task Consume(ConsumeContext<OrderPlaced> context) =>
        artworks.RejectAsync(ObjectId.Parse(context.Message.ProductId), ObjectId.Parse(context.Message.OrderId), context.CancellationToken);
}
