using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Visuels.Testing;

/// <summary>What a <see cref="FakeSmtpServer"/> does to a connection, or to mails for a recipient.</summary>
public enum SmtpBehaviour
{
    /// <summary>Takes every mail.</summary>
    Accept,

    /// <summary>421: instead of a greeting, or to the recipient; then hangs up.</summary>
    Busy,

    /// <summary>554 instead of a greeting: not about any mail. To a recipient, 554 as well.</summary>
    Closed,

    /// <summary>451 to the recipient, the first <see cref="FakeSmtpServer.GreylistedTries"/> times.</summary>
    Greylist,

    /// <summary>550 to the recipient.</summary>
    Refuse,

    /// <summary>Never greets, or never answers to the recipient.</summary>
    Hang,

    /// <summary>Takes the mail and hangs up before it says so.</summary>
    CutAfterData,

    /// <summary>Takes the mail and says so only when <see cref="FakeSmtpServer.Release"/> is called.</summary>
    Hold,

    /// <summary>Takes the mail, and answers to its recipient and to it after <see cref="FakeSmtpServer.Slowness"/> each.</summary>
    Slow,
}

/// <summary>A mail that came in whole.</summary>
/// <param name="Recipient">The address in RCPT TO.</param>
/// <param name="MessageId">Its Message-ID, without brackets.</param>
/// <param name="Raw">Headers and body as they came.</param>
public sealed record SmtpDelivery(string Recipient, string MessageId, string Raw);

/// <summary>An SMTP server on loopback that behaves as a test wants, one way for all or by connection and recipient.</summary>
public sealed class FakeSmtpServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, int> _tries = new();
    private readonly int _port;
    private TcpListener _listener = new(IPAddress.Loopback, 0);
    private Task _accepting;
    private int _connections;
    private int _open;
    private int _signIns;

    public FakeSmtpServer()
    {
        _listener.Start();
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(_listener);
    }

    public string Port => _port.ToString(CultureInfo.InvariantCulture);

    /// <summary>For everything that the two below say nothing about.</summary>
    public SmtpBehaviour Behaviour { get; set; }

    /// <summary>By the connection's number, from 1; asked once per connection.</summary>
    public Func<int, SmtpBehaviour?>? ByConnection { get; set; }

    /// <summary>By the address in RCPT TO, asked once each time; outweighs the connection's.</summary>
    public Func<string, SmtpBehaviour?>? ByRecipient { get; set; }

    /// <summary>How often each recipient is turned away before it is let in.</summary>
    public int GreylistedTries { get; set; } = int.MaxValue;

    public TimeSpan Slowness { get; set; } = TimeSpan.FromMilliseconds(25);

    public int Connections => _connections;

    public int Open => _open;

    public int SignIns => _signIns;

    /// <summary>Mails that came in whole, whatever was said to them.</summary>
    public ConcurrentQueue<SmtpDelivery> Received { get; } = new();

    /// <summary>Mails to which 250 was said.</summary>
    public ConcurrentQueue<SmtpDelivery> Accepted { get; } = new();

    /// <summary>Addresses of RCPT TO in order, refused ones too.</summary>
    public ConcurrentQueue<string> Recipients { get; } = new();

    /// <summary><see cref="Received"/>, as text.</summary>
    public IReadOnlyList<string> Messages => [.. Received.Select(delivery => delivery.Raw)];

    public void Release() => _released.TrySetResult();

    /// <summary>From now on connections are refused; those that are open go on.</summary>
    public async Task CloseAsync()
    {
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Takes connections again, on the same port.</summary>
    public void OpenAgain()
    {
        _listener = new TcpListener(IPAddress.Loopback, _port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await CloseAsync();
        _stop.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            _ = new Conversation(this, await listener.AcceptTcpClientAsync(_stop.Token), Interlocked.Increment(ref _connections)).RunAsync();
        }
    }

    private sealed class Conversation(FakeSmtpServer server, TcpClient client, int number)
    {
        private readonly SmtpBehaviour? _own = server.ByConnection?.Invoke(number);
        private readonly CancellationToken _stop = server._stop.Token;
        private string _recipient = "";
        private SmtpBehaviour? _forRecipient;

        public async Task RunAsync()
        {
            using (client)
            {
                Interlocked.Increment(ref server._open);
                try
                {
                    var stream = client.GetStream();
                    using var reader = new StreamReader(stream, Encoding.UTF8);
                    await using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\r\n" };
                    if (await GreetAsync(reader, writer))
                    {
                        while (await reader.ReadLineAsync(_stop) is { } line && await AnswerAsync(line, reader, writer))
                        {
                        }
                    }
                }
                catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
                {
                    // The other side hung up, or the test is over.
                }
                finally
                {
                    Interlocked.Decrement(ref server._open);
                }
            }
        }

        private SmtpBehaviour Behaviour => _own ?? server.Behaviour;

        // Silent until the other side gives up.
        private async Task<bool> HangAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync(_stop) is not null)
            {
            }

            return false;
        }

        private async Task<bool> GreetAsync(StreamReader reader, StreamWriter writer)
        {
            switch (Behaviour)
            {
                case SmtpBehaviour.Hang:
                    return await HangAsync(reader);
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
                    _recipient = line["RCPT TO:".Length..].Trim().TrimStart('<').Split('>')[0];
                    _forRecipient = server.ByRecipient?.Invoke(_recipient);
                    server.Recipients.Enqueue(_recipient);
                    return await MeetAsync(reader, writer);
                case "DATA":
                    await writer.WriteLineAsync("354 go on");
                    return await TakeAsync(reader, writer);
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return false;
                case "AUTH":
                    Interlocked.Increment(ref server._signIns);
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

        private async Task<bool> MeetAsync(StreamReader reader, StreamWriter writer)
        {
            var behaviour = _forRecipient ?? Behaviour;
            switch (behaviour)
            {
                case SmtpBehaviour.Hang:
                    return await HangAsync(reader);
                case SmtpBehaviour.Slow:
                    await Task.Delay(server.Slowness, _stop);
                    await writer.WriteLineAsync("250 ok");
                    return true;
                case SmtpBehaviour.Greylist when server._tries.AddOrUpdate(_recipient, 1, (_, before) => before + 1) > server.GreylistedTries:
                    await writer.WriteLineAsync("250 ok, at last");
                    return true;
                default:
                    await writer.WriteLineAsync(behaviour switch
                    {
                        SmtpBehaviour.Busy => "421 4.3.2 too busy",
                        SmtpBehaviour.Closed => "554 5.7.1 not here",
                        SmtpBehaviour.Greylist => "451 4.7.1 try again later",
                        SmtpBehaviour.Refuse => "550 5.1.1 no such user",
                        _ => "250 ok",
                    });
                    return behaviour != SmtpBehaviour.Busy;
            }
        }

        private async Task<bool> TakeAsync(StreamReader reader, StreamWriter writer)
        {
            var raw = new StringBuilder();
            while (true)
            {
                var line = await reader.ReadLineAsync(_stop);
                if (line is null)
                {
                    // Not the end of the mail, but of the connection.
                    return false;
                }

                if (line == ".")
                {
                    break;
                }

                raw.Append(line).Append("\r\n");
            }

            var delivery = new SmtpDelivery(_recipient, MessageIdOf(raw.ToString()), raw.ToString());
            server.Received.Enqueue(delivery);
            switch (_forRecipient ?? Behaviour)
            {
                case SmtpBehaviour.CutAfterData:
                    return false;
                case SmtpBehaviour.Hold:
                    await server._released.Task.WaitAsync(_stop);
                    break;
                case SmtpBehaviour.Slow:
                    await Task.Delay(server.Slowness, _stop);
                    break;
            }

            await writer.WriteLineAsync("250 taken");
            server.Accepted.Enqueue(delivery);
            return true;
        }

        // A long value stands on the line after the header's name.
        private static string MessageIdOf(string raw)
        {
            const string Name = "\nMessage-Id:";
            var start = ('\n' + raw).IndexOf(Name, StringComparison.OrdinalIgnoreCase);
            return start < 0 ? "" : raw[(start + Name.Length - 1)..].TrimStart().TrimStart('<').Split('>')[0];
        }
    }
}
