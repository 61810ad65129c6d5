using MassTransit;
using Visuels.Contracts.Accounts;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;

namespace Visuels.Jobs.Consumers;

/// <summary>Mails a one-time code to the one who asked for it.</summary>
internal sealed class EmailCodeIssuedConsumer(MailQueue mails) : IConsumer<EmailCodeIssued>
{
    public Task Consume(ConsumeContext<EmailCodeIssued> context)
    {
        var issued = context.Message;
        var template = issued.Purpose == CodePurposes.ChangeEmail ? MailTemplates.AddressCode : MailTemplates.Code;
        return mails.AddAsync(context, new NewMail(template, issued.UserId, issued.Email, issued.ExpiresAt));
    }
}
