using System.Net.Http.Headers;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.AllInOne;
using Visuels.ServiceDefaults.Messaging;
using Visuels.Testing;

namespace Visuels.Fuzz.Rig;

/// <summary>The five services in this process, on ports of their own, with one store and the in-memory bus; limits on rates are lifted.</summary>
internal sealed class Market : IAsyncDisposable
{
    /// <summary>Of Auth's rounds the fewest it takes: what is looked at here is not the hash.</summary>
    public const int PasswordIterations = 1_000;

    private readonly Dictionary<string, WebApplication> _services = [];
    private readonly InProcessBroker _broker = new();

    private Market()
    {
    }

    public static IReadOnlyList<string> Names { get; } = [.. Parts.Services.Select(service => service.Identity.Name)];

    public TestKeys Keys { get; } = new();

    public IServiceProvider Services(string service) => _services[service].Services;

    public WebApplication App(string service) => _services[service];

    public IMongoDatabase Database(string service) => Services(service).GetRequiredService<IMongoDatabase>();

    public Uri Address(string service) => new(_services[service].Urls.First());

    public static async Task<Market> StartAsync()
    {
        var market = new Market();
        var store = Unhurried.Store(await TestStore.ConnectionStringAsync());
        var prefix = $"f{Guid.NewGuid():N}"[..12] + "-";
        var port = FreePorts.Next(Parts.Services.Count);
        var addresses = Parts.Services.Select((service, i) => (service.Identity.Name, Address: $"http://127.0.0.1:{port + i}")).ToDictionary(a => a.Name, a => a.Address);
        var settings = new Dictionary<string, string?>(Unhurried.Settings)
        {
            ["ConnectionStrings:Mongo"] = store,
            ["Mongo:DatabasePrefix"] = prefix,
            ["Messaging:Transport"] = "InMemory",
            ["Keys:Folder"] = market.Keys.Folder,
            ["Images:Folder"] = TemporaryFolder.Create("visuels-fuzz-"),
            ["RateLimiting:Enabled"] = "false",
            ["Scheduling:Enabled"] = "false",
            ["Auth:PasswordIterations"] = $"{PasswordIterations}",
            ["Auth:PasswordQueue"] = "500",
        };
        foreach (var (name, address) in addresses)
        {
            settings[$"Services:{name}"] = address;
        }

        foreach (var (identity, build) in Parts.Services)
        {
            market._services[identity.Name] = build(["--environment=Development"], builder =>
            {
                builder.WebHost.UseUrls(addresses[identity.Name]);
                builder.Logging.SetMinimumLevel(LogLevel.Error);
                builder.Logging.AddFilter("Visuels", LogLevel.Error);
                builder.Configuration.AddInMemoryCollection(settings);
                builder.Services.AddSingleton(market._broker);
            });
        }

        await Task.WhenAll(market._services.Values.Select(service => service.StartAsync()));
        await Task.WhenAll(market._services.Values.Select(service =>
            service.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Eventually.Patience)));
        return market;
    }

    /// <summary>A client of a service, with a bearer token or without.</summary>
    public HttpClient Client(string service, string? token = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address(service) };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    /// <summary>An access token as Auth would sign it.</summary>
    public string Token(ObjectId user, string role) => Keys.AccessToken(user, role);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_services.Values.Select(async service =>
        {
            await service.StopAsync();
            await service.DisposeAsync();
        }));
    }
}
