using Visuels.ServiceDefaults.Security;

namespace Visuels.Gateway.Proxy;

/// <summary>Connections to the hub end when the Gateway stops; left alone, they would last as long as their clients. Clients connect again.</summary>
internal static class HubTunnels
{
    public static void UseHubTunnels(this WebApplication app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments(Authentication.HubPath, StringComparison.OrdinalIgnoreCase),
        hub => hub.Use(async (context, next) =>
        {
            using var end = app.Lifetime.ApplicationStopping.Register(context.Abort);
            await next(context);
        }));
}
