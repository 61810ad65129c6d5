using System.Collections.Concurrent;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Visuels.Jobs.Sending;

/// <summary>Hands mails to an SMTP server. Connections are kept while there is something to send.</summary>
internal sealed class SmtpSender(IOptions<SmtpOptions> options, TimeProvider clock) : IMailSender, IDisposable
{
    private readonly ConcurrentBag<SmtpClient> _idle = [];

    public async Task SendAsync(MimeMessage message, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(options.Value.Timeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        SmtpClient? client = null;
        try
        {
            client = await IdleAsync(both.Token) ?? await ConnectAsync(both.Token);
            await client.SendAsync(message, both.Token);
            _idle.Add(client);
        }
        catch (Exception e)
        {
            client?.Dispose();
            throw limit.IsCancellationRequested && !ct.IsCancellationRequested ? new MailFailedException("smtp timeout", isPermanent: false, e) : Failure(e);
        }
    }

    public async Task RestAsync()
    {
        while (_idle.TryTake(out var client))
        {
            using (client)
            using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), clock))
            {
                try
                {
                    await client.DisconnectAsync(quit: true, limit.Token);
                }
                catch (Exception e) when (IsConnectionTrouble(e))
                {
                    // It was to be closed anyway.
                }
            }
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var client))
        {
            client.Dispose();
        }
    }

    private async Task<SmtpClient?> IdleAsync(CancellationToken ct)
    {
        while (_idle.TryTake(out var client))
        {
            try
            {
                // The server may have hung up meanwhile.
                await client.NoOpAsync(ct);
                return client;
            }
            catch (Exception e) when (IsConnectionTrouble(e))
            {
                client.Dispose();
                ct.ThrowIfCancellationRequested();
            }
        }

        return null;
    }

    private async Task<SmtpClient> ConnectAsync(CancellationToken ct)
    {
        var smtp = options.Value;
        var client = new SmtpClient();
        try
        {
            await client.ConnectAsync(smtp.Host!, smtp.Port, smtp.SocketOptions, ct);
            if (smtp.UserName is { Length: > 0 } user)
            {
                if (!client.IsSecure && smtp.Security != SmtpSecurity.None)
                {
                    throw new MailFailedException("smtp without tls", isPermanent: false);
                }

                await client.AuthenticateAsync(user, smtp.Password ?? "", ct);
            }

            return client;
        }
        catch (SmtpCommandException e)
        {
            client.Dispose();
            // What a server says before it has seen the mail is not about the mail, even if it says "never".
            throw new MailFailedException($"smtp {(int)e.StatusCode} on connecting", isPermanent: false, e);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static Exception Failure(Exception exception) => exception switch
    {
        SmtpCommandException e => new MailFailedException($"smtp {(int)e.StatusCode}", isPermanent: (int)e.StatusCode >= 500, e),
        AuthenticationException => new MailFailedException("smtp sign-in refused", isPermanent: false, exception),
        SslHandshakeException => new MailFailedException("smtp tls handshake", isPermanent: false, exception),
        _ when IsConnectionTrouble(exception) && exception is not OperationCanceledException =>
            new MailFailedException("smtp connection", isPermanent: false, exception),
        _ => exception,
    };

    private static bool IsConnectionTrouble(Exception exception) => exception
        is IOException or System.Net.Sockets.SocketException or SmtpCommandException or SmtpProtocolException
        or MailKit.ServiceNotConnectedException or OperationCanceledException or TimeoutException;
}
