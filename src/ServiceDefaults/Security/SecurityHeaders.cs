using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Visuels.ServiceDefaults.Security;

/// <summary>Headers on every answer. What a route set itself, a page's own policy for example, stays.</summary>
public static class SecurityHeaders
{
    private const string NothingMayLoad = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>For HTML pages of our own: their styles and scripts are files or inline, nothing comes from elsewhere.</summary>
    public const string PagePolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: http: https:; "
        + "connect-src 'self'; font-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Adds the headers to every answer of the pipeline that follows.</summary>
    /// <param name="app">The application.</param>
    public static void UseSecurityHeaders(this IApplicationBuilder app)
    {
        app.Use((context, next) =>
        {
            context.Response.OnStarting(static state =>
            {
                Add((HttpContext)state);
                return Task.CompletedTask;
            }, context);
            return next(context);
        });
    }

    private static void Add(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.TryAdd(HeaderNames.XContentTypeOptions, "nosniff");
        headers.TryAdd("Referrer-Policy", "no-referrer");
        headers.TryAdd("Cross-Origin-Resource-Policy", "same-site");
        headers.TryAdd(HeaderNames.ContentSecurityPolicy, context.Request.Path.StartsWithSegments("/swagger", StringComparison.Ordinal) ? PagePolicy : NothingMayLoad);
        headers.TryAdd(HeaderNames.CacheControl, "no-store");
        if (context.Request.IsHttps)
        {
            headers.TryAdd(HeaderNames.StrictTransportSecurity, "max-age=31536000; includeSubDomains");
        }
    }
}
