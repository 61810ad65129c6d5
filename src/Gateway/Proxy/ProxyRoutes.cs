using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.Security;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;

namespace Visuels.Gateway.Proxy;

/// <summary>Which path goes to which service, with and without the predecessor's missing <c>/api/v1</c>.</summary>
internal static class ProxyRoutes
{
    private const string Prefix = "/api/v1";
    private const string HubPath = Authentication.HubPath;
    private const string Hub = "hub";

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
        ("chat", HubPath),
    ];

    // A service gives itself less before it answers 503.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);
    // A long poll lasts 90 s, and a WebSocket may be silent for 15 s.
    private static readonly TimeSpan HubPatience = TimeSpan.FromSeconds(100);

    /// <summary>Short: failures that are still in it would shut a service out again that is back.</summary>
    public static readonly TimeSpan FailureWindow = TimeSpan.FromSeconds(3);

    // What may take longer than the rest, and the one download that may.
    private static readonly (string Service, string Path, string Method)[] Uploads =
    [
        ("auth", "/auth/me/export", "GET"),
        ("product", "/products", "POST"),
        ("product", "/products/{id}/images", "POST"),
        ("auth", "/artist/profile/create", "POST"),
        ("auth", "/artist/profile/update", "PATCH"),
    ];

    public static IReadOnlyList<RouteConfig> Routes { get; } =
    [
        .. Api.Select(route => Route(route.Service, Prefix + route.Path, addPrefix: false)),
        .. Api.Select(route => Route(route.Service, route.Path, addPrefix: true)),
        .. AsTheyAre.Select(route => Route(route.Service, route.Path, addPrefix: false)),
        .. Uploads.Select(route => Upload(route.Service, Prefix + route.Path, route.Method, addPrefix: false)),
        .. Uploads.Select(route => Upload(route.Service, route.Path, route.Method, addPrefix: true)),
    ];

    public static IReadOnlyList<ClusterConfig> Clusters(ServiceAddresses addresses, RequestOptions requests)
    {
        // A service that hangs must not keep the callers of the others out.
        var share = Math.Max(1, requests.Concurrent / 2);
        return
        [
            .. Api.Select(route => route.Service).Distinct()
                .Select(service => Cluster(service, addresses.Of(service), requests.Timeout + Margin, share)),
            .. Uploads.Select(route => route.Service).Distinct()
                .Select(service => Cluster(UploadsOf(service), addresses.Of(service), requests.UploadTimeout + Margin, share)),
            Cluster(Hub, addresses.Of("chat"), HubPatience, share: null),
        ];
    }

    private static string UploadsOf(string service) => service + "-uploads";

    private static ClusterConfig Cluster(string id, Uri address, TimeSpan patience, int? share) => new()
    {
        ClusterId = id,
        HttpRequest = new() { ActivityTimeout = Sabotage.Is(Sabotage.HttpTimeoutsOff) ? TimeSpan.FromHours(1) : patience },
        // Nobody waits for a connection: there are as many as requests. Headers go on byte for byte, as the server reads them.
        HttpClient = new() { MaxConnectionsPerServer = share, RequestHeaderEncoding = ProxySetup.HeaderEncoding.WebName },
        // Half of at least 20 requests in a window without an answer: nobody is sent there for as long, and all get their 503 at once.
        HealthCheck = new()
        {
            AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyAndUnknown,
            Passive = new() { Enabled = id != Hub, Policy = HealthCheckConstants.PassivePolicy.TransportFailureRate, ReactivationPeriod = FailureWindow },
        },
        Metadata = new Dictionary<string, string> { [TransportFailureRateHealthPolicyOptions.FailureRateLimitMetadataName] = "0.5" },
        Destinations = new Dictionary<string, DestinationConfig> { [id] = new() { Address = address.ToString() } },
    };

    private static RouteConfig Route(string service, string path, bool addPrefix) => new()
    {
        RouteId = path,
        ClusterId = path == HubPath ? Hub : service,
        // What the service would refuse is refused here: its answer would not wait for the rest of the body, and so get lost.
        MaxRequestBodySize = ServerLimits.BodyBytes,
        Match = new RouteMatch { Path = path + "/{**rest}", Methods = Methods },
        Transforms = Transforms(addPrefix),
    };

    private static RouteConfig Upload(string service, string path, string method, bool addPrefix) => new()
    {
        RouteId = $"{method} {path}",
        ClusterId = UploadsOf(service),
        Match = new RouteMatch { Path = path, Methods = [method] },
        Transforms = Transforms(addPrefix),
    };

    private static Dictionary<string, string>[]? Transforms(bool addPrefix) =>
        addPrefix ? [new Dictionary<string, string> { ["PathPrefix"] = Prefix }] : null;
}
