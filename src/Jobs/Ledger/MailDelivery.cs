using Microsoft.Extensions.Options;
using MongoDB.Driver;
using Visuels.Jobs.Sending;
using Visuels.Jobs.Templates;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.Jobs.Ledger;

/// <summary>One attempt at one leased mail, from the sealed model to the entry in its log.</summary>
internal sealed partial class MailDelivery(
    MailStore store, MailComposer composer, IMailSender sender, IOptions<MailOptions> options, IOptions<SmtpOptions> smtp,
    TimeProvider clock, ILogger<MailDelivery> logger)
{
    /// <summary>Never throws: what cannot be written down is taken over when the lease ends.</summary>
    public async Task DeliverAsync(Mail mail, CancellationToken ct)
    {
        try
        {
            await AttemptAsync(mail, ct);
        }
        catch (Exception e)
        {
            LogNotSettled(mail.Id, e.GetType().Name);
        }
    }

    private async Task AttemptAsync(Mail mail, CancellationToken ct)
    {
        string? to = null;
        try
        {
            if (mail.IsExpired(clock.GetUtcNow()))
            {
                throw new MailFailedException("expired", isPermanent: true);
            }

            if (mail.Attempts > options.Value.MaxAttempts)
            {
                throw new MailFailedException("interrupted too often", isPermanent: true);
            }

            var (recipient, content) = await composer.ComposeAsync(mail, ct);
            to = recipient.Email;
            await sender.SendAsync(MailMessage.Build(mail, recipient, content, smtp.Value.Sender), ct);
        }
        catch (MailFailedException e)
        {
            await FailAsync(mail, to, e.Message, e.IsPermanent);
            return;
        }
        catch (DependencyUnavailableException)
        {
            await FailAsync(mail, to, "auth not available", isPermanent: false);
            return;
        }
        catch (Exception e) when (e is not MongoException and not TimeoutException)
        {
            await FailAsync(mail, to, ct.IsCancellationRequested ? "interrupted" : e.GetType().Name, isPermanent: false);
            return;
        }

        // Not cancelled: the mail is out, and forgetting that would send it again.
        await store.SentAsync(mail, to, CancellationToken.None);
        LogSent(mail.Id, mail.Attempts);
    }

    private async Task FailAsync(Mail mail, string? to, string error, bool isPermanent)
    {
        if (isPermanent || mail.Attempts >= options.Value.MaxAttempts)
        {
            await store.ParkAsync(mail, to, error, CancellationToken.None);
            LogParked(mail.Id, error, mail.Attempts);
            return;
        }

        var pause = options.Value.PauseAfter(mail.Attempts, Random.Shared.NextDouble());
        await store.RetryAsync(mail, pause, to, error, CancellationToken.None);
        LogRetry(mail.Id, error, mail.Attempts, pause);
    }

    [LoggerMessage(LogLevel.Information, "Mail {MailId} sent at attempt {Attempt}")]
    private partial void LogSent(string mailId, int attempt);

    [LoggerMessage(LogLevel.Warning, "Mail {MailId} failed ({Error}) at attempt {Attempt}; next try in {Pause}")]
    private partial void LogRetry(string mailId, string error, int attempt, TimeSpan pause);

    [LoggerMessage(LogLevel.Error, "Mail {MailId} parked ({Error}) at attempt {Attempt}")]
    private partial void LogParked(string mailId, string error, int attempt);

    [LoggerMessage(LogLevel.Error, "The outcome of mail {MailId} cannot be written ({Error}); it is tried again when its lease ends")]
    private partial void LogNotSettled(string mailId, string error);
}
