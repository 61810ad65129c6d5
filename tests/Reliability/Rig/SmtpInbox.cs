using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Visuels.Reliability.Rig;

/// <summary>A mail that was accepted.</summary>
/// <param name="Id">The local part of its Message-ID: event, reader and template.</param>
/// <param name="To">The recipient's address.</param>
internal sealed record AcceptedMail(string Id, string To)
{
    /// <summary>Who reads it, as in the ledger.</summary>
    public string UserId => Id.Split('.')[1];

    public string Template => Id.Split('.')[2];
}

/// <summary>An SMTP server that accepts everything, fast, and keeps Message-ID and recipient of each mail.</summary>
internal sealed class SmtpInbox : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    public SmtpInbox()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Everything accepted so far, repetitions included, in order.</summary>
    public ConcurrentQueue<AcceptedMail> Mails { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = TalkAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.UTF8);
                await using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\r\n" };
                await writer.WriteLineAsync("220 inbox ESMTP");
                var to = "";
                while (await reader.ReadLineAsync(_stop.Token) is { } line)
                {
                    switch (line.Split(' ', ':')[0].ToUpperInvariant())
                    {
                        case "EHLO":
                            await writer.WriteLineAsync("250-inbox\r\n250 8BITMIME");
                            break;
                        case "RCPT":
                            to = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
                            await writer.WriteLineAsync("250 ok");
                            break;
                        case "DATA":
                            await writer.WriteLineAsync("354 go on");
                            Mails.Enqueue(new AcceptedMail(await ReadMailAsync(reader), to));
                            await writer.WriteLineAsync("250 taken");
                            break;
                        case "QUIT":
                            await writer.WriteLineAsync("221 bye");
                            return;
                        default:
                            await writer.WriteLineAsync("250 ok");
                            break;
                    }
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The other side was killed, or the program ends.
            }
        }
    }

    /// <summary>Reads to the end of the mail. A mail that is cut off before that was never accepted.</summary>
    private async Task<string> ReadMailAsync(StreamReader reader)
    {
        const string Header = "Message-Id: <";
        var id = "";
        while (await reader.ReadLineAsync(_stop.Token) is { } line)
        {
            if (line == ".")
            {
                return id;
            }

            if (id.Length == 0 && line.StartsWith(Header, StringComparison.OrdinalIgnoreCase))
            {
                id = line[Header.Length..line.IndexOf('@', StringComparison.Ordinal)];
            }
        }

        throw new IOException("The mail was cut off.");
    }
}
