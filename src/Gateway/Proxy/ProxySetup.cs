using System.Text;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Limits;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Transforms;

namespace Visuels.Gateway.Proxy;

internal static partial class ProxySetup
{
    /// <summary>Room for the largest upload that a service takes (5 images of 5 MB, and the form); each service has bounds of its own.</summary>
    private const long BodyBytes = 30 * 1024 * 1024;

    /// <summary>Keeps every byte: what is no ASCII could not be sent on, and that would look like a failure of the service.</summary>
    public static readonly Encoding HeaderEncoding = Encoding.Latin1;

    public static void AddProxy(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = BodyBytes;
            kestrel.RequestHeaderEncodingSelector = _ => HeaderEncoding;
        });
        // Who stands in front of the Gateway is configured (Proxies:KnownNetworks); by itself a neighbour on loopback is a client like any other.
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.KnownProxies.Clear();
            if (string.IsNullOrEmpty(builder.Configuration["Proxies:KnownNetworks"]))
            {
                options.ForwardedHeaders = ForwardedHeaders.None;
            }
        });
        builder.Services.AddSingleton<IProxyConfigProvider>(services =>
            new InMemoryConfigProvider(
                ProxyRoutes.Routes,
                ProxyRoutes.Clusters(services.GetRequiredService<ServiceAddresses>(), services.GetRequiredService<IOptions<RequestOptions>>().Value)));
        // It tells a stack trace of every client that leaves or sends nonsense, and of every service that is down.
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder.HttpForwarder", LogLevel.Critical);
        builder.Services.Configure<TransportFailureRateHealthPolicyOptions>(options =>
            (options.DetectionWindowSize, options.MinimalTotalCountThreshold) = (ProxyRoutes.FailureWindow, 20));
        builder.Services.AddReverseProxy()
            .ConfigureHttpClient((_, handler) => handler.ConnectTimeout = builder.Configuration.GetSection("Calls").Get<CallOptions>()?.Timeout ?? new CallOptions().Timeout)
            .AddTransforms(transforms => transforms.AddResponseTransform(DropHeadersOfTheEdge));
    }

    public static void MapProxy(this WebApplication app) =>
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(AnswerForSilentService);
            proxy.Use(new ServiceShares().PassAsync);
            proxy.Use(SecondTry.MakeAsync);
            proxy.UsePassiveHealthChecks();
            proxy.Use(RefusedBodies.BlameNobodyAsync);
        }).AllowAnonymous();

    // The Gateway answers CORS itself, also for its own errors; two sets of headers would be none.
    private static ValueTask DropHeadersOfTheEdge(ResponseTransformContext context)
    {
        var headers = context.HttpContext.Response.Headers;
        headers.Remove(HeaderNames.Server);
        foreach (var header in headers.Keys.Where(IsCors).ToList())
        {
            headers.Remove(header);
        }

        return default;
    }

    private static bool IsCors(string header) => header.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase);

    private static async Task AnswerForSilentService(HttpContext context, Func<Task> next)
    {
        await next();
        if (context.GetForwarderErrorFeature() is not { } failure || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (MistakeIn(failure.Exception) is { } mistake)
        {
            // Too large, too slow or not HTTP at all: the caller's fault, and answered like any other.
            throw new BadHttpRequestException(mistake.Message, mistake.StatusCode);
        }

        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Visuels.Gateway");
        LogSilent(logger, context.GetReverseProxyFeature().Cluster.Config.ClusterId, failure.Error);
        await Problems.Unavailable(ProblemCodes.DependencyUnavailable, "This part of the marketplace does not answer right now; please try again.")
            .ExecuteAsync(context);
    }

    private static BadHttpRequestException? MistakeIn(Exception? failure) => failure switch
    {
        BadHttpRequestException mistake => mistake,
        AggregateException several => several.Flatten().InnerExceptions.OfType<BadHttpRequestException>().FirstOrDefault(),
        _ => null,
    };

    [LoggerMessage(LogLevel.Warning, "Service {Service} does not answer ({Error})")]
    private static partial void LogSilent(ILogger logger, string service, ForwarderError error);
}
