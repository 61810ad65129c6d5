using MongoDB.Bson;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;
using Visuels.ServiceDefaults.Exports;

namespace Visuels.Jobs.Export;

/// <summary>Which mails were sent to a user, or are to be. What they said is not kept.</summary>
internal sealed class MailExport(MailStore mails) : IExportsUsers
{
    // Without codes to addresses that the user wants: where there is none, somebody else has that address already, and whoever asked must not learn it.
    public object Export(ObjectId user, CancellationToken ct) => new ExportedMails(
        mails.OfAsync(user, ct).Where(mail => mail.Template != MailTemplates.AddressCode).Select(mail => new ExportedMail(mail.Template, mail.To, mail.State, mail.CreatedAt, mail.SettledAt)));
}

internal sealed record ExportedMails(IAsyncEnumerable<ExportedMail> Mails);

internal sealed record ExportedMail(string Template, string? To, string State, DateTimeOffset CreatedAt, DateTimeOffset? SettledAt);
