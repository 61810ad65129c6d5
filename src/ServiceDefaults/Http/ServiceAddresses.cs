using Microsoft.Extensions.Configuration;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.Http;

/// <summary>Where the services are reached from inside: <c>Services:Auth</c> and so on; by default their ports on localhost.</summary>
/// <param name="configuration">The configuration.</param>
public sealed class ServiceAddresses(IConfiguration configuration)
{
    private static readonly Dictionary<string, int> Ports = new()
    {
        ["auth"] = 4001,
        ["product"] = 4002,
        ["order"] = 4003,
        ["chat"] = 4004,
        ["jobs"] = 4005,
    };

    /// <summary>Base address of a service, ending in a slash.</summary>
    /// <param name="service">Its name.</param>
    /// <exception cref="StartupException">The configured address is not an absolute http URL.</exception>
    public Uri Of(string service)
    {
        var text = configuration[$"Services:{service}"] ?? $"http://localhost:{Ports[service]}";
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new StartupException($"Services:{service} must be an absolute http URL.");
    }
}
