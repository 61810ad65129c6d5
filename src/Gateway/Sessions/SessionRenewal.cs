using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Gateway.Sessions;

/// <summary>
/// The storefront knows one cookie and no refresh. When its access token is gone or about to end, the Gateway has Auth renew the
/// session by the refresh cookie, forwards the request with the new token and passes the new cookies on with the answer.
/// </summary>
internal static class SessionRenewal
{
    public static void AddSessionRenewal(this IServiceCollection services)
    {
        // A renewal may be repeated: Auth gives the same predecessor the same successor.
        BoundedCalls.Apply(
            services.AddHttpClient<SessionClient>((provider, http) => http.BaseAddress = provider.GetRequiredService<ServiceAddresses>().Of("auth")),
            provider => SessionClient.BoundsOf(provider.GetRequiredService<IOptions<CallOptions>>().Value));
    }

    public static void UseSessionRenewal(this WebApplication app) => app.Use(RenewAsync);

    private static async Task RenewAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (!RenewalRules.Applies(request)
            || !RenewalRules.IsStale(request.Cookies[SessionCookies.Token], context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()))
        {
            await next(context);
            return;
        }

        var auth = context.RequestServices.GetRequiredService<SessionClient>();
        var answer = await auth.RenewAsync(request.Cookies[SessionCookies.Refresh]!, context.Connection.RemoteIpAddress, context.RequestAborted);
        switch (answer)
        {
            case SessionAnswer.Renewed renewed:
                request.Headers.Cookie = RenewalRules.Replace(request.Headers.Cookie, renewed.Cookies);
                OnAnswer(context, response =>
                {
                    foreach (var line in renewed.SetCookieLines)
                    {
                        response.Headers.Append(HeaderNames.SetCookie, line);
                    }
                });
                break;
            case SessionAnswer.Refused:
                request.Headers.Cookie = RenewalRules.Replace(request.Headers.Cookie, RenewalRules.NoSession);
                OnAnswer(context, context.RequestServices.GetRequiredService<SessionCookies>().Clear);
                break;
            default:
                // Auth is down: the request goes on as it came.
                break;
        }

        await next(context);
    }

    private static void OnAnswer(HttpContext context, Action<HttpResponse> setCookies) =>
        context.Response.OnStarting(() =>
        {
            // A service that sets the session itself knows better.
            if (!context.Response.Headers.SetCookie.Any(line => line?.StartsWith(SessionCookies.Token + "=", StringComparison.Ordinal) == true))
            {
                setCookies(context.Response);
            }

            return Task.CompletedTask;
        });
}
