using MassTransit;
using Visuels.Contracts.Orders;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;

namespace Visuels.Jobs.Consumers;

/// <summary>Tells the side of an order that did not act; when nobody acted, the one who is still there: the buyer, unless the buyer has left.</summary>
internal sealed class OrderStatusChangedConsumer(MailQueue mails) : IConsumer<OrderStatusChanged>
{
    public Task Consume(ConsumeContext<OrderStatusChanged> context)
    {
        var order = context.Message;
        return mails.AddAsync(context, new NewMail(MailTemplates.OrderStatus, OrderMails.IsToArtist(order) ? order.ArtistId : order.BuyerId));
    }
}
