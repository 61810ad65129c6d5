using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.Gateway.Edge;

/// <summary>
/// Where the marketplace is reached by https, Production answers nothing that came without it, and redirects nobody: who sent a password in
/// clear should notice. A proxy that ends TLS says so by X-Forwarded-Proto, and is one that Proxies:KnownNetworks names.
/// </summary>
internal static class HttpsOnly
{
    public static void UseHttpsOnly(this WebApplication app)
    {
        var publicUrl = new Uri(app.Services.GetRequiredService<IOptions<SiteOptions>>().Value.PublicUrl);
        if (!app.Environment.IsProduction() || publicUrl.Scheme != Uri.UriSchemeHttps)
        {
            return;
        }

        app.Use((context, next) => context.Request.IsHttps || context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
            ? next(context)
            : Problems.BadRequest("https_required", "This is reached by https only.").ExecuteAsync(context));
    }
}
