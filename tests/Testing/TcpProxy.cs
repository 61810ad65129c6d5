using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Visuels.Testing;

/// <summary>What a link does to what it carries.</summary>
public enum LinkFault
{
    None,

    /// <summary>Each piece is held back for <see cref="TcpProxy.Latency"/>.</summary>
    Latency,

    /// <summary>At most <see cref="TcpProxy.BytesPerSecond"/> each way.</summary>
    Bandwidth,

    /// <summary>Every connection is reset once <see cref="TcpProxy.CutAfter"/> more bytes have passed.</summary>
    Cut,

    /// <summary>Connections stand and open, and nothing passes: a cable is unplugged.</summary>
    Blackhole,

    /// <summary>Once as many bytes have come back, the answering side ends and the asking side is still read: half of the connection is gone.</summary>
    HalfClose,
}

/// <summary>A TCP link with faults that can be changed while it carries something.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private const int Piece = 4 * 1024;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Link, bool> _links = new();
    private readonly string _host;
    private readonly int _port;
    private readonly Task _accepting;
    private volatile LinkFault _fault;
    private int _bites;

    /// <summary>Opens a way to a port, on a port of its own.</summary>
    /// <param name="port">The target's port.</param>
    /// <param name="host">The target's host.</param>
    public TcpProxy(int port, string host = "127.0.0.1")
    {
        (_host, _port) = (host, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public TimeSpan Latency { get; init; } = TimeSpan.FromMilliseconds(200);

    public int BytesPerSecond { get; init; } = 20_000;

    public int CutAfter { get; init; } = 500;

    /// <summary>How often a fault did something to a connection.</summary>
    public int Bites => _bites;

    /// <summary>The present fault, for connections that are open and for new ones.</summary>
    public LinkFault Fault
    {
        get => _fault;
        set
        {
            foreach (var link in _links.Keys)
            {
                link.Forget();
            }

            _fault = value;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (var link in _links.Keys)
        {
            link.Reset();
        }

        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                _ = CarryAsync(await _listener.AcceptSocketAsync(_end.Token));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The end, or a client that left before it was served.
            }
        }
    }

    private async Task CarryAsync(Socket asking)
    {
        var link = new Link(asking, new Socket(SocketType.Stream, ProtocolType.Tcp));
        _links[link] = true;
        try
        {
            await PassableAsync();
            await link.Answering.ConnectAsync(_host, _port, _end.Token);
            await Task.WhenAll(PumpAsync(link, link.Asking, link.Answering, isAnswer: false), PumpAsync(link, link.Answering, link.Asking, isAnswer: true));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either side has gone, or the link is cut: both sides learn of it.
        }
        finally
        {
            _links.TryRemove(link, out _);
            link.Reset();
        }
    }

    private async Task PumpAsync(Link link, Socket from, Socket to, bool isAnswer)
    {
        try
        {
            var buffer = new byte[Piece];
            while (await from.ReceiveAsync(buffer, _end.Token) is var read and > 0)
            {
                await PassableAsync();
                var passed = link.Pass(read);
                switch (_fault)
                {
                    case LinkFault.Latency:
                        Interlocked.Increment(ref _bites);
                        await Task.Delay(Latency, _end.Token);
                        break;
                    case LinkFault.Bandwidth:
                        Interlocked.Increment(ref _bites);
                        await Task.Delay(TimeSpan.FromSeconds((double)read / BytesPerSecond), _end.Token);
                        break;
                    case LinkFault.Cut when passed > CutAfter:
                        Interlocked.Increment(ref _bites);
                        link.Reset();
                        return;
                    case LinkFault.HalfClose when isAnswer && passed > CutAfter:
                        Interlocked.Increment(ref _bites);
                        to.Shutdown(SocketShutdown.Send);
                        return;
                }

                for (var sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _end.Token);
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            link.Reset();
            throw;
        }
    }

    private async Task PassableAsync()
    {
        if (_fault == LinkFault.Blackhole)
        {
            Interlocked.Increment(ref _bites);
        }

        while (_fault == LinkFault.Blackhole)
        {
            await Task.Delay(Look, _end.Token);
        }
    }

    private sealed record Link(Socket Asking, Socket Answering)
    {
        private int _passed;

        /// <summary>Counts what has come from either side, both of which count at once.</summary>
        public int Pass(int bytes) => Interlocked.Add(ref _passed, bytes);

        public void Forget() => Volatile.Write(ref _passed, 0);

        public void Reset()
        {
            foreach (var socket in new[] { Asking, Answering })
            {
                try
                {
                    socket.Close(timeout: 0);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // It is closed already.
                }
            }
        }
    }
}
