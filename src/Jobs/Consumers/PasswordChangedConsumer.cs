using MassTransit;
using Visuels.Contracts.Accounts;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;

namespace Visuels.Jobs.Consumers;

/// <summary>Tells the owner of an account that it has a new password.</summary>
internal sealed class PasswordChangedConsumer(MailQueue mails) : IConsumer<PasswordChanged>
{
    public Task Consume(ConsumeContext<PasswordChanged> context) => mails.AddAsync(
        context, new NewMail(MailTemplates.PasswordChanged, context.Message.UserId, context.Message.Email));
}
