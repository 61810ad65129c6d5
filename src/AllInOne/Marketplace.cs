using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Visuels.AllInOne.Demo;
using Visuels.EmbeddedMongo;
using Visuels.Jobs;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.AllInOne;

/// <summary>The Gateway, the five services and the store of one process. Each part gives way to the real thing by configuration.</summary>
internal sealed class Marketplace : IAsyncDisposable
{
    private readonly Dictionary<string, WebApplication> _services = [];
    private readonly InProcessBroker _broker = new();
    private readonly Switches _switches;
    private readonly DataFolder _folder;
    private readonly IConfigurationRoot _given;
    private EmbeddedMongoServer? _mongo;
    private WebApplication? _gateway;

    private Marketplace(Switches switches, DataFolder folder) => (_switches, _folder, _given) = (switches, folder, switches.Read());

    public string PublicUrl => _given["PublicUrl"] ?? $"http://localhost:{_switches.PortBase}";

    /// <summary>Which store is in use, for people.</summary>
    public string Store => _mongo is null ? "MongoDB (ConnectionStrings:Mongo)" : $"EmbeddedMongo, {_mongo.ConnectionString}";

    /// <summary>Which bus is in use, for people.</summary>
    public string Bus => UsesRabbitMq ? "RabbitMQ (ConnectionStrings:RabbitMq)" : "in memory";

    /// <summary>Where mails go, for people.</summary>
    public string Mail => UsesSmtp ? "SMTP (Smtp:Host)" : $"{Address(JobsService.Identity)}/dev/mailbox";

    /// <summary>The demo that is in the store, if any.</summary>
    public DemoAccounts? Demo { get; private set; }

    private bool UsesRabbitMq => _given.GetConnectionString("RabbitMq") is { Length: > 0 };

    private bool UsesSmtp => _given["Smtp:Host"] is { Length: > 0 };

    private bool IsProduction => new[] { Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT"), _given["environment"] }
        .Contains(Environments.Production, StringComparer.OrdinalIgnoreCase);

    public static async Task<Marketplace> StartAsync(Switches switches, DataFolder folder, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")))
        {
            Environment.SetEnvironmentVariable("ASPNETCORE_ENVIRONMENT", Environments.Development);
        }

        var marketplace = new Marketplace(switches, folder);
        try
        {
            await marketplace.StartAsync(ct);
            return marketplace;
        }
        catch
        {
            await marketplace.DisposeAsync();
            throw;
        }
    }

    public string Address(ServiceIdentity identity) => $"http://localhost:{_switches.PortBase + identity.Port - Parts.Gateway.Identity.Port}";

    public IEnumerable<(string Title, string Address)> Pages =>
        IsProduction ? [] : Parts.Services.Select(service => (service.Identity.Title, Address(service.Identity)));

    /// <summary>Stops requests first, then relays, then the bus, and the store last.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
        {
            await StopAsync(_gateway);
        }

        // Within a service, hosted services stop in reverse order: server, relays, bus.
        await Task.WhenAll(_services.Values.Select(StopAsync));
        if (_mongo is not null)
        {
            await _mongo.DisposeAsync();
        }
    }

    private async Task StartAsync(CancellationToken ct)
    {
        var mongo = _given.GetConnectionString("Mongo");
        if (string.IsNullOrEmpty(mongo))
        {
            _mongo = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { DataFolder = _folder.Mongo, Port = _switches.MongoPort }, ct);
            mongo = _mongo.ConnectionString;
        }

        var defaults = Defaults(mongo);
        foreach (var (identity, build) in Parts.Services)
        {
            _services[identity.Name] = build([.. _switches.Configuration], builder => Configure(builder, identity, defaults));
        }

        await Task.WhenAll(_services.Values.Select(service => service.StartAsync(ct)));
        if (!UsesRabbitMq)
        {
            await Task.WhenAll(_services.Values.Select(service =>
                service.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, ct)));
        }

        Demo = await DemoSeed.ApplyAsync(_services, _switches.Seed, ct);
        var landing = Landing(defaults);
        _gateway = Parts.Gateway.Build([.. _switches.Configuration], builder => Configure(builder, Parts.Gateway.Identity, landing));
        await _gateway.StartAsync(ct);
    }

    private static async Task StopAsync(WebApplication app)
    {
        // What never started has nothing to stop, and would fail over it.
        if (app.Lifetime.ApplicationStarted.IsCancellationRequested)
        {
            await app.StopAsync();
        }

        await app.DisposeAsync();
    }

    private void Configure(WebApplicationBuilder builder, ServiceIdentity identity, IReadOnlyDictionary<string, string?> defaults)
    {
        builder.WebHost.UseUrls(Address(identity));
        // Below everything that is given by environment or command line.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = defaults });
        // Six hosts that say where they listen would bury the one line that matters.
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        builder.Services.AddSingleton(_broker);
        builder.Services.AddSingleton<IHostLifetime, PartOfTheProcess>();
    }

    private Dictionary<string, string?> Defaults(string mongo)
    {
        var defaults = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Mongo"] = mongo,
            ["Messaging:Transport"] = UsesRabbitMq ? nameof(MessagingTransport.RabbitMq) : nameof(MessagingTransport.InMemory),
            ["PublicUrl"] = PublicUrl,
            ["Keys:Folder"] = _folder.Keys,
            ["Images:Folder"] = _folder.Images,
        };
        foreach (var (identity, _) in Parts.Services)
        {
            defaults[$"Services:{identity.Name}"] = Address(identity);
        }

        return defaults;
    }

    private Dictionary<string, string?> Landing(Dictionary<string, string?> defaults)
    {
        var landing = new Dictionary<string, string?>(defaults);
        if (!IsProduction)
        {
            foreach (var (title, address) in Pages)
            {
                landing[$"Landing:Services:{title}"] = address;
            }

            landing["Landing:Mailbox"] = UsesSmtp ? null : Mail;
            var accounts = Demo?.Accounts ?? [];
            for (var i = 0; i < accounts.Count; i++)
            {
                landing[$"Landing:Accounts:{i}:Email"] = accounts[i].Email;
                landing[$"Landing:Accounts:{i}:Password"] = accounts[i].Password;
                landing[$"Landing:Accounts:{i}:Role"] = accounts[i].Role;
            }
        }

        return landing;
    }

    /// <summary>The process decides when to stop; a part of it neither listens to signals nor announces itself.</summary>
    private sealed class PartOfTheProcess : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
