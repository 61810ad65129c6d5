using MassTransit;
using Visuels.Contracts.Orders;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;

namespace Visuels.Jobs.Consumers;

/// <summary>Tells the artist of a new order, and confirms it to the buyer.</summary>
internal sealed class OrderPlacedConsumer(MailQueue mails) : IConsumer<OrderPlaced>
{
    public Task Consume(ConsumeContext<OrderPlaced> context) => mails.AddAsync(
        context,
        new NewMail(MailTemplates.NewOrder, context.Message.ArtistId),
        new NewMail(MailTemplates.OrderPlaced, context.Message.BuyerId));
}
