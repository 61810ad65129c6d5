using Visuels.Gateway.Edge;
using Visuels.Gateway.Landing;
using Visuels.Gateway.Proxy;
using Visuels.Gateway.Sessions;
using Visuels.ServiceDefaults;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.Gateway;

/// <summary>The one origin that browsers see: routes to the services, and keeps cookie sessions alive.</summary>
public static class GatewayService
{
    public static readonly ServiceIdentity Identity = new("gateway", 4000, "Visuels Gateway", "Visuels.Gateway");

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ServiceHost.CreateEdgeBuilder(Identity, args, configure);
        builder.AddConnectionLimit();
        builder.AddProxy();
        builder.Services.AddSessionRenewal();
        builder.Services.AddOptions<LandingOptions>().BindConfiguration("Landing");

        var app = builder.Build();
        app.UseEdgeDefaults();
        app.UseHttpsOnly();
        app.UseInternalPathsHidden();
        app.UseSessionRenewal();
        app.UseHubTunnels();
        app.MapLanding();
        app.MapProxy();
        return app;
    }
}
