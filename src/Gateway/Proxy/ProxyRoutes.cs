using Visuels.ServiceDefaults.Http;
using Yarp.ReverseProxy.Configuration;

namespace Visuels.Gateway.Proxy;

/// <summary>Which path goes to which service, with and without the predecessor's missing <c>/api/v1</c>.</summary>
internal static class ProxyRoutes
{
    private const string Prefix = "/api/v1";

    // TRACE and the like are nobody's business: 405.
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    private static readonly (string Service, string Path)[] Api =
    [
        ("auth", "/auth"),
        ("auth", "/user/profile"),
        ("auth", "/artist/profile"),
        ("product", "/products"),
        ("order", "/order"),
        ("chat", "/message"),
    ];

    private static readonly (string Service, string Path)[] AsTheyAre =
    [
        ("auth", "/.well-known/jwks.json"),
        ("auth", "/images/artists"),
        ("product", "/images/products"),
        ("chat", "/hub"),
    ];

    public static IReadOnlyList<RouteConfig> Routes { get; } =
    [
        .. Api.Select(route => Route(route.Service, Prefix + route.Path, addPrefix: false)),
        .. Api.Select(route => Route(route.Service, route.Path, addPrefix: true)),
        .. AsTheyAre.Select(route => Route(route.Service, route.Path, addPrefix: false)),
    ];

    public static IReadOnlyList<ClusterConfig> Clusters(ServiceAddresses addresses) =>
    [
        .. Api.Concat(AsTheyAre).Select(route => route.Service).Distinct().Select(service => new ClusterConfig
        {
            ClusterId = service,
            HttpRequest = new() { ActivityTimeout = TimeSpan.FromSeconds(30) },
            HttpClient = new() { MaxConnectionsPerServer = 512 },
            Destinations = new Dictionary<string, DestinationConfig>
            {
                [service] = new() { Address = addresses.Of(service).ToString() },
            },
        }),
    ];

    private static RouteConfig Route(string service, string path, bool addPrefix) => new()
    {
        RouteId = path,
        ClusterId = service,
        Match = new RouteMatch { Path = path + "/{**rest}", Methods = Methods },
        Transforms = addPrefix ? [new Dictionary<string, string> { ["PathPrefix"] = Prefix }] : null,
    };
}
