using MassTransit;
using Visuels.Contracts.Accounts;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;

namespace Visuels.Jobs.Consumers;

/// <summary>Tells the owner of an address that somebody tried to sign up with it.</summary>
internal sealed class KnownAddressSignedUpConsumer(MailQueue mails) : IConsumer<KnownAddressSignedUp>
{
    public Task Consume(ConsumeContext<KnownAddressSignedUp> context) => mails.AddAsync(
        context, new NewMail(MailTemplates.KnownAddress, context.Message.UserId, context.Message.Email));
}
