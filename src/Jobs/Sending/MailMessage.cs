using System.Globalization;
using System.Text;
using MimeKit;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Templates;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.Jobs.Sending;

/// <summary>Puts a mail together from parts, so that no text of a user can become a header.</summary>
internal static class MailMessage
{
    /// <exception cref="MailFailedException">The address is none.</exception>
    public static MimeMessage Build(Mail mail, MailRecipient recipient, MailContent content, MailboxAddress from)
    {
        if (!MailboxAddress.TryParse(recipient.Email, out var parsed) || parsed.Address != recipient.Email)
        {
            throw new MailFailedException("address is not valid", isPermanent: true);
        }

        var message = new MimeMessage
        {
            MessageId = Sabotage.Is(Sabotage.MessageIdRandom) ? $"{Mail.IdOf(Guid.CreateVersion7(), mail.UserId, mail.Template)}@{from.Domain}" : mail.MessageId,
            Date = mail.CreatedAt,
            Subject = content.Subject,
            Body = new BodyBuilder { TextBody = MailLayout.Text(content), HtmlBody = MailLayout.Html(content) }.ToMessageBody(),
        };
        message.From.Add(from);
        message.To.Add(new MailboxAddress(Encoding.UTF8, OneLine(recipient.Name), recipient.Email));
        // Keeps holiday notices from answering (RFC 3834).
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        return message;
    }

    /// <summary>Without control characters, and without those that turn the direction of what follows them.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? " " : IsDirection(c) ? "" : c.ToString()));

    private static bool IsDirection(char c) =>
        CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format && c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u200E' or '\u200F';
}
