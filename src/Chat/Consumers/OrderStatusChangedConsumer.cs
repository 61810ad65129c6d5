using MassTransit;
using Visuels.Chat.Conversations;
using Visuels.Contracts.Orders;

namespace Visuels.Chat.Consumers;

/// <summary>Notes what became of an order in the conversation of its buyer and artist.</summary>
internal sealed class OrderStatusChangedConsumer(Messenger messenger) : IConsumer<OrderStatusChanged>
{
    public Task Consume(ConsumeContext<OrderStatusChanged> context)
    {
        var order = context.Message;
        var reason = order.Reason is { Length: > 0 } ? $" ({order.Reason})" : "";
        return messenger.NoteAsync(
            order.BuyerId,
            order.ArtistId,
            $"Order {order.Status.ToLowerInvariant()}: {order.Title}{reason}",
            order.OrderId,
            order.Version,
            context.CancellationToken);
    }
}
