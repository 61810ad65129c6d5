using MassTransit;
using Visuels.Contracts.Orders;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;

namespace Visuels.Jobs.Consumers;

/// <summary>Tells the side of an order that did not act; when nobody acted (the piece was sold to another), the buyer.</summary>
internal sealed class OrderStatusChangedConsumer(MailQueue mails) : IConsumer<OrderStatusChanged>
{
    public Task Consume(ConsumeContext<OrderStatusChanged> context)
    {
        var order = context.Message;
        var reader = order.By == OrderActors.Buyer ? order.ArtistId : order.BuyerId;
        return mails.AddAsync(context, new NewMail(MailTemplates.OrderStatus, reader));
    }
}
