using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.Limits;

/// <summary>Bounds on what one request may cost, and which proxies may speak for a client.</summary>
public static class ServerLimits
{
    /// <summary>Largest body of an ordinary request, bytes; uploads raise it for their own route.</summary>
    public const long BodyBytes = 64 * 1024;

    /// <summary>Sets Kestrel's bounds: body, headers, time for headers, minimum speed. A test may shorten the time-outs afterwards.</summary>
    /// <param name="builder">The service's builder.</param>
    public static void AddServerLimits(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        });

        // The Gateway is on loopback or, in containers, in a network that Proxies:KnownNetworks names.
        var networks = KnownNetworks(builder.Configuration);
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            foreach (var network in networks)
            {
                options.KnownIPNetworks.Add(network);
            }
        });
    }

    /// <summary>The networks of proxies in front, from <c>Proxies:KnownNetworks</c> (CIDR, comma-separated).</summary>
    /// <param name="configuration">The configuration.</param>
    /// <exception cref="StartupException">One of them is no network.</exception>
    public static IReadOnlyList<System.Net.IPNetwork> KnownNetworks(IConfiguration configuration) =>
    [
        .. (configuration["Proxies:KnownNetworks"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(network => System.Net.IPNetwork.TryParse(network, out var parsed)
                ? parsed
                : throw new StartupException($"Proxies:KnownNetworks: '{network}' is not a network such as 172.16.0.0/12.")),
    ];
}
