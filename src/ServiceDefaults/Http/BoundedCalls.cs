using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.ServiceDefaults.Http;

/// <summary>How much of a caller's time and memory one outgoing call may take.</summary>
/// <param name="Try">Longest try, until the headers of its answer.</param>
/// <param name="Total">Longest call: both tries, the pause between them, and the answer's last byte.</param>
/// <param name="AnswerBytes">Largest answer that is read.</param>
public sealed record BoundedCalls(TimeSpan Try, TimeSpan Total, int AnswerBytes)
{
    private const int InsideBytes = 1024 * 1024;

    private static readonly TimeSpan PauseBetweenTries = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest time until a connection is there.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Between our services.</summary>
    /// <param name="options">How long a try may take.</param>
    public static BoundedCalls Inside(CallOptions options) =>
        new(options.Timeout, (2 * options.Timeout) + (5 * PauseBetweenTries), InsideBytes) { Connect = options.Timeout / 2 };

    /// <summary>
    /// Bounds a client's calls: time, size, one more try for what failed on the way or at the other side, and a circuit that opens when
    /// half of at least 20 calls fail, so that nobody waits for what is known to be gone. For calls that may be repeated only.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="bounds">By the client's own options.</param>
    public static void Apply(IHttpClientBuilder client, Func<IServiceProvider, BoundedCalls> bounds)
    {
        var unbounded = Sabotage.Is(Sabotage.HttpTimeoutsOff);
        client.ConfigurePrimaryHttpMessageHandler(services => new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = unbounded ? Timeout.InfiniteTimeSpan : bounds(services).Connect,
            // Addresses change; what is kept for ever would never notice.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        });
        client.AddStandardResilienceHandler().Configure((options, services) =>
        {
            var allowed = unbounded ? new BoundedCalls(TimeSpan.FromHours(1), TimeSpan.FromHours(1), int.MaxValue) : bounds(services);
            options.AttemptTimeout.Timeout = allowed.Try;
            options.TotalRequestTimeout.Timeout = allowed.Total;
            options.Retry.MaxRetryAttempts = 1;
            options.Retry.Delay = PauseBetweenTries;
            options.Retry.BackoffType = DelayBackoffType.Constant;
            options.Retry.ShouldRetryAfterHeader = false;
            options.Retry.ShouldHandle = call => ValueTask.FromResult(HasFailed(call.Outcome));
            options.CircuitBreaker.ShouldHandle = call => ValueTask.FromResult(HasFailed(call.Outcome));
            options.CircuitBreaker.SamplingDuration = TimeSpan.FromTicks(Math.Max(TimeSpan.FromSeconds(10).Ticks, 2 * allowed.Try.Ticks));
            options.CircuitBreaker.MinimumThroughput = 20;
            options.CircuitBreaker.FailureRatio = 0.5;
            options.CircuitBreaker.BreakDuration = TimeSpan.FromSeconds(5);
        });
        // After the resilience handler, which bounds the time until the headers only and takes the client's own bound away.
        client.ConfigureHttpClient((services, http) =>
        {
            http.Timeout = unbounded ? Timeout.InfiniteTimeSpan : bounds(services).Total;
            http.MaxResponseContentBufferSize = unbounded ? int.MaxValue : bounds(services).AnswerBytes;
        });
    }

    // Not 429: who asks for a pause gets it.
    private static bool HasFailed(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result.StatusCode: >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout } => true,
        _ => false,
    };
}
