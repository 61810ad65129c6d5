using MassTransit;
using Visuels.Chat.Conversations;
using Visuels.Contracts.Orders;

namespace Visuels.Chat.Consumers;

/// <summary>Notes a new order in the conversation of its buyer and artist.</summary>
internal sealed class OrderPlacedConsumer(Messenger messenger) : IConsumer<OrderPlaced>
{
    public Task Consume(ConsumeContext<OrderPlaced> context)
    {
        var order = context.Message;
        return messenger.NoteAsync(
            order.BuyerId, order.ArtistId, $"Order placed: {order.Title}", order.OrderId, order.Version, context.CancellationToken);
    }
}
