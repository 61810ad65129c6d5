using MassTransit;
using Visuels.Contracts.Accounts;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;

namespace Visuels.Jobs.Consumers;

/// <summary>Tells the owner of an account that it can be entered by Google.</summary>
internal sealed class GoogleLinkedConsumer(MailQueue mails) : IConsumer<GoogleLinked>
{
    public Task Consume(ConsumeContext<GoogleLinked> context) => mails.AddAsync(
        context, new NewMail(MailTemplates.GoogleLinked, context.Message.UserId, context.Message.Email));
}
