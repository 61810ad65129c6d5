using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Visuels.AllInOne;
using Visuels.ServiceDefaults.Messaging;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>The Gateway and the five services in this process, wired to one another as in production, on ports of their own; without rate limits unless set.</summary>
public class SixServices : IAsyncLifetime
{
    private static readonly Part[] All = [Parts.Gateway, .. Parts.Services];

    private readonly Dictionary<string, WebApplication> _apps = [];
    private int _portBase;

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(service => service.Identity.Name)];

    public TestKeys Keys { get; } = new();

    public CapturedLogs Logs { get; } = new();

    /// <summary>The bus of all services; a probe may join it.</summary>
    public InProcessBroker Broker { get; } = new();

    /// <summary>One client for all: requests carry their own headers.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    protected virtual string Environment => "Development";

    public WebApplication this[string service] => _apps[service];

    public Uri AddressOf(string service) => new($"http://localhost:{_portBase + Names.ToList().IndexOf(service)}");

    public virtual async ValueTask InitializeAsync()
    {
        _portBase = FreePorts.Next(All.Length);
        var settings = new Dictionary<string, string?>(Unhurried.Settings)
        {
            ["ConnectionStrings:Mongo"] = Unhurried.Store(await TestStore.ConnectionStringAsync()),
            ["Mongo:DatabasePrefix"] = $"t{Guid.NewGuid():N}"[..12] + "-",
            ["Messaging:Transport"] = "InMemory",
            ["Messaging:RetryCount"] = "0",
            ["Keys:Folder"] = Keys.Folder,
            ["Images:Folder"] = TemporaryFolder.Create("visuels-images-"),
            ["PublicUrl"] = AddressOf("gateway").GetLeftPart(UriPartial.Authority),
            ["Auth:PasswordIterations"] = "1000",
            ["RateLimiting:Enabled"] = "false",
            ["Scheduling:Enabled"] = "false",
        };
        foreach (var name in Names.Skip(1))
        {
            settings[$"Services:{name}"] = AddressOf(name).ToString();
        }

        Prepare(settings);
        foreach (var (identity, build) in All)
        {
            _apps[identity.Name] = build([$"--environment={Environment}"], builder =>
            {
                builder.WebHost.UseUrls(AddressOf(identity.Name).ToString());
                builder.Logging.ClearProviders().AddProvider(Logs).SetMinimumLevel(LogLevel.Warning);
                builder.Configuration.AddInMemoryCollection(settings);
                builder.Services.AddSingleton(Broker);
            });
            Faults.Use(_apps[identity.Name], identity.Name);
        }

        await Task.WhenAll(_apps.Values.Select(app => app.StartAsync()));
        await Task.WhenAll(_apps.Where(app => app.Key != "gateway").Select(app =>
            app.Value.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Eventually.Patience)));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http.Dispose();
        await Task.WhenAll(_apps.Values.Select(app => app.StopAsync()));
        foreach (var app in _apps.Values)
        {
            await app.DisposeAsync();
        }
    }

    /// <summary>What a class of tests sets otherwise.</summary>
    protected virtual void Prepare(Dictionary<string, string?> settings)
    {
    }
}
