using MimeKit;

namespace Visuels.Jobs.Sending;

/// <summary>Where mails go: an SMTP server, or the development mailbox.</summary>
internal interface IMailSender
{
    /// <exception cref="MailFailedException">It was not taken.</exception>
    Task SendAsync(MimeMessage message, CancellationToken ct);

    /// <summary>Nothing is due: connections that are kept for the next mail can be closed.</summary>
    Task RestAsync();
}

/// <summary>A mail was not taken.</summary>
/// <param name="reason">The class of the error, for log and ledger; quotes nobody.</param>
/// <param name="isPermanent">Whether another try would end the same way.</param>
/// <param name="inner">What happened.</param>
internal sealed class MailFailedException(string reason, bool isPermanent, Exception? inner = null) : Exception(reason, inner)
{
    public bool IsPermanent => isPermanent;
}
