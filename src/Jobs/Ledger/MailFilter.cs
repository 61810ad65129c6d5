using MongoDB.Driver;

namespace Visuels.Jobs.Ledger;

/// <summary>Which mails; what is null does not matter.</summary>
/// <param name="State">One of <see cref="MailStates"/>.</param>
/// <param name="Address">Known to the ledger when the event carried it, else since the first attempt.</param>
/// <param name="Template">One of <see cref="Templates.MailTemplates"/>, or one that there was.</param>
/// <param name="Since">Created then or later.</param>
/// <param name="Until">Created before.</param>
internal sealed record MailFilter(string? State, string? Address, string? Template, DateTimeOffset? Since, DateTimeOffset? Until)
{
    public FilterDefinition<Mail> Definition
    {
        get
        {
            var mail = Builders<Mail>.Filter;
            List<FilterDefinition<Mail>> all = [];
            if (State is not null)
            {
                all.Add(mail.Eq(m => m.State, State));
            }

            if (Address is not null)
            {
                all.Add(mail.Eq(m => m.To, Address));
            }

            if (Template is not null)
            {
                all.Add(mail.Eq(m => m.Template, Template));
            }

            if (Since is { } since)
            {
                all.Add(mail.Gte(m => m.CreatedAt, since));
            }

            if (Until is { } until)
            {
                all.Add(mail.Lt(m => m.CreatedAt, until));
            }

            return all.Count == 0 ? mail.Empty : mail.And(all);
        }
    }
}
