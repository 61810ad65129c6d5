using MassTransit;
using Visuels.Contracts.Accounts;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;

namespace Visuels.Jobs.Consumers;

/// <summary>Tells the address that an account had before that it has another one.</summary>
internal sealed class EmailChangedConsumer(MailQueue mails) : IConsumer<EmailChanged>
{
    public Task Consume(ConsumeContext<EmailChanged> context) => mails.AddAsync(
        context, new NewMail(MailTemplates.EmailChanged, context.Message.UserId, context.Message.Email));
}
