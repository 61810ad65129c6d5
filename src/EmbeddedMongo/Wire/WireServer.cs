using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Visuels.EmbeddedMongo.Commands;

namespace Visuels.EmbeddedMongo.Wire;

/// <summary>Kestrel's TCP listener without a web application around it: no host, so no signals, settings or pipeline of its own.</summary>
internal sealed class WireServer : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);
    private readonly KestrelServer _server;

    private WireServer(KestrelServer server) => _server = server;

    public int Port { get; private set; }

    public static async Task<WireServer> StartAsync(EmbeddedMongoOptions options, CommandRunner commands, CancellationToken ct)
    {
        var logs = options.LoggerFactory ?? NullLoggerFactory.Instance;
        var kestrel = new KestrelServerOptions();
        kestrel.Listen(options.AllowRemote ? IPAddress.Any : IPAddress.Loopback, options.Port, listen =>
            listen.Run(connection => ServeAsync(connection, commands, options.MaxConnections)));
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), logs);
        var server = new WireServer(new KestrelServer(Options.Create(kestrel), transport, logs));
        try
        {
            await server._server.StartAsync(new NoHttp(), ct);
        }
        catch (Exception error) when (error is IOException or AddressInUseException or System.Net.Sockets.SocketException)
        {
            server._server.Dispose();
            throw new EmbeddedMongoException($"Port {options.Port} cannot be listened on: {error.Message.ReplaceLineEndings(" ")}", error);
        }

        var address = server._server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        server.Port = new Uri(address).Port;
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(StopTimeout);
        await _server.StopAsync(timeout.Token);
        _server.Dispose();
    }

    private static async Task ServeAsync(ConnectionContext connection, CommandRunner commands, int limit)
    {
        var id = commands.Counters.Opened();
        try
        {
            // One too many is closed, not aborted: a reset can reach the client while it still connects.
            if (commands.Counters.Connections <= limit)
            {
                await new WireConnection(connection, commands, id).RunAsync();
            }
        }
        finally
        {
            commands.Counters.Closed();
        }
    }

    /// <summary>Kestrel wants to know how to serve HTTP; no connection here gets that far.</summary>
    private sealed class NoHttp : IHttpApplication<int>
    {
        public int CreateContext(IFeatureCollection contextFeatures) => 0;

        public Task ProcessRequestAsync(int context) => Task.CompletedTask;

        public void DisposeContext(int context, Exception? exception)
        {
        }
    }
}
