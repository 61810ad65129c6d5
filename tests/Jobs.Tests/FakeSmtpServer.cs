using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Visuels.Jobs.Tests;

internal enum SmtpBehaviour
{
    Accept,

    /// <summary>421 instead of a greeting.</summary>
    Busy,

    /// <summary>554 instead of a greeting: not about any mail.</summary>
    Closed,

    /// <summary>451 to the recipient.</summary>
    Greylist,

    /// <summary>550 to the recipient.</summary>
    Refuse,

    /// <summary>Never greets.</summary>
    Hang,

    /// <summary>Takes the mail and hangs up before it says so.</summary>
    CutAfterData,

    /// <summary>Takes the mail and says so only when <see cref="FakeSmtpServer.Release"/> is called.</summary>
    Hold,
}

/// <summary>An SMTP server on loopback that behaves as a test wants.</summary>
internal sealed class FakeSmtpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _accepting;
    private int _connections;
    private int _open;
    private int _signIns;

    public FakeSmtpServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Port => ((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

    public SmtpBehaviour Behaviour { get; set; }

    public int Connections => _connections;

    public int Open => _open;

    public int SignIns => _signIns;

    /// <summary>Raw mails that came in whole.</summary>
    public ConcurrentQueue<string> Messages { get; } = new();

    /// <summary>Arguments of RCPT TO, in order.</summary>
    public ConcurrentQueue<string> Recipients { get; } = new();

    public void Release() => _released.TrySetResult();

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
            Interlocked.Increment(ref _connections);
            Interlocked.Increment(ref _open);
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.UTF8);
                await using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\r\n" };
                if (await GreetAsync(writer))
                {
                    while (await reader.ReadLineAsync(_stop.Token) is { } line && await AnswerAsync(line, reader, writer))
                    {
                    }
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The other side hung up, or the test is over.
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        }
    }

    private async Task<bool> GreetAsync(StreamWriter writer)
    {
        switch (Behaviour)
        {
            case SmtpBehaviour.Hang:
                await Task.Delay(Timeout.Infinite, _stop.Token);
                return false;
            case SmtpBehaviour.Busy:
                await writer.WriteLineAsync("421 too busy");
                return false;
            case SmtpBehaviour.Closed:
                await writer.WriteLineAsync("554 no service here");
                return false;
            default:
                await writer.WriteLineAsync("220 fake ESMTP");
                return true;
        }
    }

    private async Task<bool> AnswerAsync(string line, StreamReader reader, StreamWriter writer)
    {
        switch (line.Split(' ', ':')[0].ToUpperInvariant())
        {
            case "RCPT":
                Recipients.Enqueue(line["RCPT TO:".Length..].Trim());
                await writer.WriteLineAsync(Behaviour switch
                {
                    SmtpBehaviour.Greylist => "451 4.7.1 try again later",
                    SmtpBehaviour.Refuse => "550 5.1.1 no such user",
                    _ => "250 ok",
                });
                return true;
            case "DATA":
                await writer.WriteLineAsync("354 go on");
                return await TakeAsync(reader, writer);
            case "QUIT":
                await writer.WriteLineAsync("221 bye");
                return false;
            case "AUTH":
                Interlocked.Increment(ref _signIns);
                await writer.WriteLineAsync("235 welcome");
                return true;
            case "EHLO":
                await writer.WriteLineAsync("250-fake\r\n250-AUTH PLAIN\r\n250 8BITMIME");
                return true;
            default:
                await writer.WriteLineAsync("250 ok");
                return true;
        }
    }

    private async Task<bool> TakeAsync(StreamReader reader, StreamWriter writer)
    {
        var raw = new StringBuilder();
        while (await reader.ReadLineAsync(_stop.Token) is { } line && line != ".")
        {
            raw.Append(line).Append("\r\n");
        }

        Messages.Enqueue(raw.ToString());
        if (Behaviour == SmtpBehaviour.CutAfterData)
        {
            return false;
        }

        if (Behaviour == SmtpBehaviour.Hold)
        {
            await _released.Task.WaitAsync(_stop.Token);
        }

        await writer.WriteLineAsync("250 taken");
        return true;
    }
}
