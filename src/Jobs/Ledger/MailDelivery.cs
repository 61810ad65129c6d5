using Microsoft.Extensions.Options;
using MimeKit;
using MongoDB.Driver;
using Visuels.Jobs.Sending;
using Visuels.Jobs.Templates;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Jobs.Ledger;

/// <summary>One attempt at one leased mail, from the sealed model to the entry in its log.</summary>
internal sealed partial class MailDelivery(
    MailStore store, UserCards cards, MailComposer composer, IMailSender sender, MailMetrics metrics, IOptions<MailOptions> options,
    IOptions<SmtpOptions> smtp, TimeProvider clock, ILogger<MailDelivery> logger)
{
    private static readonly TimeSpan PauseOfStore = TimeSpan.FromMilliseconds(500);

    /// <summary>Never throws: what cannot be written down is taken over when the lease ends.</summary>
    public async Task DeliverAsync(Mail mail, CancellationToken ct)
    {
        CrashPoints.Reached(CrashPoints.MailLeased);
        try
        {
            await SettleAsync(mail, await AttemptAsync(mail, ct), ct);
        }
        catch (Exception e)
        {
            LogNotSettled(mail.Id, e.GetType().Name);
        }
    }

    private async Task<MailOutcome> AttemptAsync(Mail mail, CancellationToken ct)
    {
        // Ends before the lease does: two instances never work on one mail, unless one of them stands still.
        using var limit = new CancellationTokenSource(TimeFor(mail), clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        string? to = null;
        MimeMessage? message = null;
        try
        {
            if (mail.Attempts > options.Value.MaxAttempts)
            {
                return Park(to, "interrupted too often");
            }

            if ((await cards.FindDeletedAsync([mail.UserId], both.Token)).Count > 0)
            {
                return new MailOutcome(MailStates.Dropped, null, null);
            }

            var (recipient, content) = await composer.ComposeAsync(mail, both.Token);
            to = recipient.Email;
            message = MailMessage.Build(mail, recipient, content, smtp.Value.Sender);
            if (mail.IsExpired(clock.GetUtcNow()))
            {
                return Park(to, "expired");
            }

            CrashPoints.Reached(CrashPoints.MailComposed);
            if (Sabotage.Is(Sabotage.SentBeforeSmtp))
            {
                await store.SettleAsync(mail, new MailOutcome(MailStates.Sent, to, null), CancellationToken.None);
            }

            await sender.SendAsync(message, both.Token);
            return new MailOutcome(MailStates.Sent, to, null);
        }
        catch (MailFailedException e)
        {
            return e.IsPermanent && !Sabotage.Is(Sabotage.ParkOff) ? Park(to, e.Message) : TryAgain(mail, to, e.Message);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // This process stops; whoever starts next need not wait.
            return new MailOutcome(MailStates.Queued, to, "interrupted");
        }
        catch (OperationCanceledException)
        {
            return mail.IsExpired(clock.GetUtcNow()) ? Park(to, "expired") : TryAgain(mail, to, "took too long");
        }
        catch (DependencyUnavailableException)
        {
            return TryAgain(mail, to, "auth not available");
        }
        catch (Exception e) when (message is null && e is not (MongoException or TimeoutException))
        {
            // What this mail is made of breaks its template: it would again.
            return Park(to, e.GetType().Name);
        }
        catch (Exception e)
        {
            return TryAgain(mail, to, e.GetType().Name);
        }
        finally
        {
            message?.Dispose();
        }
    }

    private TimeSpan TimeFor(Mail mail)
    {
        var now = clock.GetUtcNow();
        var left = mail.NoLaterThanExpiry(now + options.Value.Attempt) - now;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static MailOutcome Park(string? to, string error) => new(MailStates.Parked, to, error);

    private MailOutcome TryAgain(Mail mail, string? to, string error) => mail.Attempts >= options.Value.MaxAttempts
        ? Park(to, error)
        : new MailOutcome(MailStates.Queued, to, error) { Pause = options.Value.PauseAfter(mail.Attempts, Random.Shared.NextDouble()) };

    // Nothing cancels the write itself: forgetting that a mail is out would send it again.
    private async Task SettleAsync(Mail mail, MailOutcome outcome, CancellationToken ct)
    {
        var (before, after) = PointsOf(outcome.State);
        CrashPoints.Reached(before);
        var leaseEnd = clock.GetUtcNow() + (options.Value.Lease - options.Value.Attempt);
        while (true)
        {
            try
            {
                if (await store.SettleAsync(mail, outcome, CancellationToken.None))
                {
                    CrashPoints.Reached(after);
                    Tell(mail, outcome);
                }
                else
                {
                    LogLate(mail.Id, outcome.State);
                }

                return;
            }
            catch (Exception e) when (e is MongoException or TimeoutException && !ct.IsCancellationRequested && clock.GetUtcNow() < leaseEnd)
            {
                await Task.Delay(PauseOfStore, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static (string Before, string After) PointsOf(string state) => state switch
    {
        MailStates.Sent => (CrashPoints.MailTaken, CrashPoints.MailSent),
        MailStates.Parked or MailStates.Dropped => (CrashPoints.MailRefused, CrashPoints.MailParked),
        _ => (CrashPoints.MailFailed, CrashPoints.MailRequeued),
    };

    private void Tell(Mail mail, MailOutcome outcome)
    {
        metrics.Attempted(mail.Template, outcome.State);
        switch (outcome.State)
        {
            case MailStates.Sent:
                LogSent(mail.Id, mail.Attempts);
                break;
            case MailStates.Dropped:
                LogDropped(mail.Id);
                break;
            case MailStates.Parked:
                LogParked(mail.Id, outcome.Error, mail.Attempts);
                break;
            default:
                LogRetry(mail.Id, outcome.Error, mail.Attempts, outcome.Pause);
                break;
        }
    }

    [LoggerMessage(LogLevel.Information, "Mail {MailId} sent at attempt {Attempt}")]
    private partial void LogSent(string mailId, int attempt);

    [LoggerMessage(LogLevel.Warning, "Mail {MailId} failed ({Error}) at attempt {Attempt}; next try in {Pause}")]
    private partial void LogRetry(string mailId, string? error, int attempt, TimeSpan pause);

    [LoggerMessage(LogLevel.Information, "Mail {MailId} dropped: its reader has deleted the account")]
    private partial void LogDropped(string mailId);

    [LoggerMessage(LogLevel.Error, "Mail {MailId} parked ({Error}) at attempt {Attempt}")]
    private partial void LogParked(string mailId, string? error, int attempt);

    [LoggerMessage(LogLevel.Warning, "Mail {MailId} is {State}, but its lease had ended: another instance decides what becomes of it")]
    private partial void LogLate(string mailId, string state);

    [LoggerMessage(LogLevel.Error, "The outcome of mail {MailId} cannot be written ({Error}); it is tried again when its lease ends")]
    private partial void LogNotSettled(string mailId, string error);
}
