using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Visuels.Testing;

/// <summary>An SMTP server on loopback that behaves as a test wants, one way for all or by connection and recipient.</summary>
public sealed class FakeSmtpServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, int> _tries = new();
    // Its own also while nobody listens there.
    private readonly int _port = FreePorts.Next(1);
    private TcpListener _listener;
    private Task _accepting;
    private int _connections;
    private int _open;
    private int _signIns;

    public FakeSmtpServer() => OpenAgain();

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

    public int Connections => Volatile.Read(ref _connections);

    public int Open => Volatile.Read(ref _open);

    public int SignIns => Volatile.Read(ref _signIns);

    /// <summary>Mails that came in whole, whatever was said to them.</summary>
    public ConcurrentQueue<SmtpDelivery> Received { get; } = new();

    /// <summary>Mails to which 250 was said.</summary>
    public ConcurrentQueue<SmtpDelivery> Accepted { get; } = new();

    /// <summary>Addresses of RCPT TO in order, refused ones too.</summary>
    public ConcurrentQueue<string> Recipients { get; } = new();

    /// <summary><see cref="Received"/>, as text.</summary>
    public IReadOnlyList<string> Messages => [.. Received.Select(delivery => delivery.Raw)];

    public void Release() => _released.TrySetResult();

    internal Task Released => _released.Task;

    internal void Opened() => Interlocked.Increment(ref _open);

    internal void Closed() => Interlocked.Decrement(ref _open);

    internal void SignedIn() => Interlocked.Increment(ref _signIns);

    /// <summary>How often this recipient has been turned away, this time included.</summary>
    internal int Try(string recipient) => _tries.AddOrUpdate(recipient, 1, (_, before) => before + 1);

    /// <summary>From now on connections are refused; those that are open go on.</summary>
    public async Task CloseAsync()
    {
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Takes connections again, on the same port.</summary>
    [MemberNotNull(nameof(_listener), nameof(_accepting))]
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
            var conversation = new FakeSmtpConversation(this, await listener.AcceptTcpClientAsync(_stop.Token), _connections + 1);
            // Counted once it is settled how it is met: whoever has seen it may change the behaviour for those that follow.
            Interlocked.Increment(ref _connections);
            _ = conversation.RunAsync(_stop.Token);
        }
    }
}
