using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Limits;

namespace Visuels.Gateway.Edge;

/// <summary>How many connections one address may hold open; the next one is closed at once. A known proxy speaks for many and is not counted.</summary>
internal sealed class ConnectionLimit(int most, IReadOnlyList<IPNetwork> proxies)
{
    private const string Setting = "Connections:PerAddress";
    private const int Usual = 100;

    // Load programs come from one address.
    private const int InDevelopment = 10_000;

    // Whoever has one IPv6 address has all of its /64.
    private const int NetworkBytes = 8;

    private readonly ConcurrentDictionary<IPAddress, int> _open = new();

    public async Task PassAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var address } || proxies.Any(proxy => Contains(proxy, address)))
        {
            await next(connection);
            return;
        }

        var caller = CallerOf(address);
        try
        {
            if (_open.AddOrUpdate(caller, 1, (_, open) => open + 1) <= most)
            {
                await next(connection);
            }
            else
            {
                connection.Abort(new ConnectionAbortedException("Too many connections from one address."));
            }
        }
        finally
        {
            if (_open.AddOrUpdate(caller, 0, (_, open) => open - 1) == 0)
            {
                _open.TryRemove(new KeyValuePair<IPAddress, int>(caller, 0));
            }
        }
    }

    public static ConnectionLimit Of(IConfiguration configuration, IHostEnvironment environment)
    {
        var most = configuration.GetValue(Setting, environment.IsDevelopment() ? InDevelopment : Usual);
        return most >= 1 ? new ConnectionLimit(most, ServerLimits.KnownNetworks(configuration)) : throw new StartupException($"{Setting} must be at least 1.");
    }

    private static bool Contains(IPNetwork network, IPAddress address) => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static IPAddress CallerOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        var bytes = address.GetAddressBytes();
        if (bytes.Length > NetworkBytes)
        {
            Array.Clear(bytes, NetworkBytes, bytes.Length - NetworkBytes);
        }

        return new IPAddress(bytes);
    }
}

internal static class ConnectionLimitSetup
{
    public static void AddConnectionLimit(this WebApplicationBuilder builder)
    {
        var limit = ConnectionLimit.Of(builder.Configuration, builder.Environment);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint =>
            endpoint.Use(next => connection => limit.PassAsync(connection, next))));
    }
}
