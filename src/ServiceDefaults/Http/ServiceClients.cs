using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults.Http;

/// <summary>Typed clients for calls between the services.</summary>
public static class ServiceClients
{
    /// <summary>
    /// Registers a typed client of another service: base address from <see cref="ServiceAddresses"/>, a fresh service token on each
    /// try, at most two tries of <see cref="CallOptions.Timeout"/> each (2 s, and 4.5 s in all), answers of at most 1 MB, a circuit breaker. For calls that may be repeated only.
    /// </summary>
    /// <typeparam name="TClient">The client's class; takes an <see cref="HttpClient"/>.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="service">Name of the service that is called.</param>
    public static void AddServiceClient<TClient>(this IServiceCollection services, string service)
        where TClient : class =>
        Configure(services.AddHttpClient<TClient>(), service);

    /// <summary>Registers the same by name, for <see cref="IHttpClientFactory"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">Name of the client.</param>
    /// <param name="service">Name of the service that is called.</param>
    public static void AddServiceClient(this IServiceCollection services, string name, string service) => Configure(services.AddHttpClient(name), service);

    private static void Configure(IHttpClientBuilder client, string service)
    {
        client.ConfigureHttpClient((provider, http) => http.BaseAddress = provider.GetRequiredService<ServiceAddresses>().Of(service));
        BoundedCalls.Apply(client, provider => BoundedCalls.Inside(provider.GetRequiredService<IOptions<CallOptions>>().Value));
        client.AddHttpMessageHandler(provider => new Signing(provider.GetRequiredService<ServiceTokens>(), service));
    }

    private sealed class Signing(ServiceTokens tokens, string audience) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.For(audience, request.Method, request.RequestUri!));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
