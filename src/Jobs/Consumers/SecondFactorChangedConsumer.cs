using MassTransit;
using Visuels.Contracts.Accounts;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;

namespace Visuels.Jobs.Consumers;

/// <summary>Tells the owner of an account what happened to its second factor.</summary>
internal sealed class SecondFactorChangedConsumer(MailQueue mails) : IConsumer<SecondFactorChanged>
{
    public Task Consume(ConsumeContext<SecondFactorChanged> context) => mails.AddAsync(
        context, new NewMail(MailTemplates.SecondFactor, context.Message.UserId, context.Message.Email));
}
