using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.Security;

/// <summary>
/// Refuses unsafe requests that a browser sends with our cookies on behalf of a foreign page (CSRF): with an Origin, it must be one of
/// ours; without, Sec-Fetch-Site must say same-origin; with neither, no browser sent it. Requests with an Authorization header are exempt.
/// </summary>
public static class CrossSiteDefence
{
    internal static void UseCrossSiteDefence(this WebApplication app)
    {
        app.Use((context, next) =>
            IsUnsafe(context.Request) && HasSessionCookie(context.Request) && !IsFromUs(context)
                ? RefuseAsync(context)
                : next(context));
    }

    /// <summary>Answers 403 <c>csrf</c>.</summary>
    /// <param name="context">The request.</param>
    public static Task RefuseAsync(HttpContext context)
    {
        context.RequestServices.GetRequiredService<SecurityLog>().Note(SecurityEvent.CrossSiteRefused, "-", context.GetEndpoint()?.DisplayName ?? "-");
        return Problems.Forbidden("csrf", "This request came from a page that is not ours.").ExecuteAsync(context);
    }

    /// <summary>Whether an origin is the storefront, the Gateway or the service itself. <c>null</c> never is.</summary>
    /// <param name="context">The request.</param>
    /// <param name="origin">The Origin header.</param>
    public static bool IsOurOrigin(HttpContext context, string origin)
    {
        var site = context.RequestServices.GetRequiredService<IOptions<SiteOptions>>().Value;
        return SameOrigin(origin, site.FrontendUrl)
            || SameOrigin(origin, site.PublicUrl)
            || SameOrigin(origin, $"{context.Request.Scheme}://{context.Request.Host}");
    }

    /// <summary>Whether a request that a cookie signs in comes from a page of ours or from no browser at all. A WebSocket upgrade is a GET, so a hub asks for itself.</summary>
    /// <param name="context">The request.</param>
    public static bool IsFromUs(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.Origin.Count > 0)
        {
            return headers.Origin is [{ } origin] && IsOurOrigin(context, origin);
        }

        return headers["Sec-Fetch-Site"] is not [{ } site] || site == "same-origin";
    }

    private static bool IsUnsafe(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method);

    private static bool HasSessionCookie(HttpRequest request) =>
        request.Headers.Authorization.Count == 0
        && (request.Cookies.ContainsKey(SessionCookies.Token) || request.Cookies.ContainsKey(SessionCookies.Refresh));

    private static bool SameOrigin(string origin, string url) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var a)
        && Uri.TryCreate(url, UriKind.Absolute, out var b)
        && string.Equals(a.GetLeftPart(UriPartial.Authority), b.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}
