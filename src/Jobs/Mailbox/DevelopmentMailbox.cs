using System.Globalization;
using MimeKit;
using Visuels.Jobs.Sending;

namespace Visuels.Jobs.Mailbox;

/// <summary>A mail in the development mailbox.</summary>
internal sealed record MailboxItem(string Id, string To, string Subject, string Text, string Html, DateTimeOffset At);

/// <summary>Holds the last mails in memory, for developers without an SMTP server. Never in the database: they hold codes in clear.</summary>
internal sealed class DevelopmentMailbox(TimeProvider clock) : IMailSender
{
    public const int Capacity = 500;

    private readonly Lock _lock = new();
    private readonly LinkedList<MailboxItem> _newestFirst = [];
    private int _last;

    public Task SendAsync(MimeMessage message, CancellationToken ct)
    {
        lock (_lock)
        {
            var id = (++_last).ToString(CultureInfo.InvariantCulture);
            var to = string.Join(", ", message.To.Mailboxes.Select(mailbox => mailbox.Address));
            _newestFirst.AddFirst(new MailboxItem(id, to, message.Subject ?? "", message.TextBody ?? "", message.HtmlBody ?? "", clock.GetUtcNow()));
            if (_newestFirst.Count > Capacity)
            {
                _newestFirst.RemoveLast();
            }
        }

        return Task.CompletedTask;
    }

    public Task RestAsync() => Task.CompletedTask;

    public IReadOnlyList<MailboxItem> List()
    {
        lock (_lock)
        {
            return [.. _newestFirst];
        }
    }

    public MailboxItem? Find(string id) => List().FirstOrDefault(item => item.Id == id);
}
