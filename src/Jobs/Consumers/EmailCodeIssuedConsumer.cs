using MassTransit;
using Visuels.Contracts.Accounts;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;

namespace Visuels.Jobs.Consumers;

/// <summary>Mails a one-time code to the one who asked for it.</summary>
internal sealed class EmailCodeIssuedConsumer(MailQueue mails) : IConsumer<EmailCodeIssued>
{
    public Task Consume(ConsumeContext<EmailCodeIssued> context) => mails.AddAsync(
        context, new NewMail(MailTemplates.Code, context.Message.UserId, context.Message.Email, context.Message.ExpiresAt));
}
