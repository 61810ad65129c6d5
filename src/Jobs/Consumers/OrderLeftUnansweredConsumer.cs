using MassTransit;
using Visuels.Contracts.Orders;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;

namespace Visuels.Jobs.Consumers;

/// <summary>Reminds the artist of an order that waits for an answer.</summary>
internal sealed class OrderLeftUnansweredConsumer(MailQueue mails) : IConsumer<OrderLeftUnanswered>
{
    // From then on there is nothing to answer any more.
    public Task Consume(ConsumeContext<OrderLeftUnanswered> context) => mails.AddAsync(
        context, new NewMail(MailTemplates.OrderReminder, context.Message.ArtistId, ExpiresAt: context.Message.ExpiresAt));
}
