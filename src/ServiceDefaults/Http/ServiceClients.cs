using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults.Http;

/// <summary>Typed clients for calls between the services.</summary>
public static class ServiceClients
{
    /// <summary>
    /// Registers a typed client of another service: base address from <see cref="ServiceAddresses"/>, a fresh service token on each
    /// try, at most two tries of 2 s each, a circuit breaker. For calls that may be repeated only.
    /// </summary>
    /// <typeparam name="TClient">The client's class; takes an <see cref="HttpClient"/>.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="service">Name of the service that is called.</param>
    public static void AddServiceClient<TClient>(this IServiceCollection services, string service)
        where TClient : class
    {
        var client = services.AddHttpClient<TClient>()
            .ConfigureHttpClient((provider, http) => http.BaseAddress = provider.GetRequiredService<ServiceAddresses>().Of(service))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1), AllowAutoRedirect = false });
        client.AddStandardResilienceHandler(options =>
        {
            options.Retry.MaxRetryAttempts = 1;
            options.Retry.Delay = TimeSpan.FromMilliseconds(100);
            options.Retry.BackoffType = DelayBackoffType.Constant;
            options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(2);
            options.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(4.5);
            options.CircuitBreaker.SamplingDuration = TimeSpan.FromSeconds(10);
            options.CircuitBreaker.MinimumThroughput = 20;
            options.CircuitBreaker.FailureRatio = 0.5;
            options.CircuitBreaker.BreakDuration = TimeSpan.FromSeconds(5);
        });
        client.AddHttpMessageHandler(provider => new Signing(provider.GetRequiredService<ServiceTokens>(), service));
    }

    private sealed class Signing(ServiceTokens tokens, string audience) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.For(audience));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
