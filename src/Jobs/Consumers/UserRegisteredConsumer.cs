using MassTransit;
using Visuels.Contracts.Accounts;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Jobs.Consumers;

/// <summary>Keeps the copy of a new account, as every service does, and welcomes its owner.</summary>
internal sealed class UserRegisteredConsumer(UserCards cards, MailQueue mails) : IConsumer<UserRegistered>
{
    public async Task Consume(ConsumeContext<UserRegistered> context)
    {
        await cards.ApplyAsync(context.Message.ToCard(), context.CancellationToken);
        await mails.AddAsync(context, new NewMail(MailTemplates.Welcome, context.Message.UserId, context.Message.Email));
    }
}
