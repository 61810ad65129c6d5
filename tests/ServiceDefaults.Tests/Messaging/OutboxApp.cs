using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Driver;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.Messaging;

internal sealed class Thing
{
    public required string Id { get; set; }

    public long Version { get; set; }

    public Outbox Outbox { get; set; } = new();
}

/// <summary>What a reader made of the events of one thing.</summary>
internal sealed class ThingCopy
{
    public required string Id { get; set; }

    public long Version { get; set; }

    public List<long> Applied { get; set; } = [];
}

/// <summary>A writer with its relay, a reader, the fabric between them, and a database of their own. Its clock moves only when told to.</summary>
internal sealed class OutboxApp : IAsyncDisposable
{
    public const string Queue = "order-user-updated";

    /// <summary>For writers whose leases are to end within a test.</summary>
    public static readonly (string Key, string? Value)[] ShortLeases = [("Outbox:PublishTimeout", "00:00:05"), ("Outbox:Lease", "00:00:10")];

    private const string Collection = "things";

    private readonly List<MessagingHost> _hosts = [];
    private readonly Dictionary<string, string?> _configuration;

    private OutboxApp(string store)
    {
        MongoConventions.Register();
        var prefix = $"t{Guid.NewGuid():N}"[..12] + "-";
        _configuration = new()
        {
            ["ConnectionStrings:Mongo"] = store,
            ["Mongo:DatabasePrefix"] = prefix,
            ["Messaging:Transport"] = "InMemory",
            ["Messaging:RetryCount"] = "0",
            ["Messaging:Prefetch"] = "1",
            // Longer than a test lets time go by, so that no relay is overtaken because its machine is busy; where that is what a test is about, it says so.
            ["Outbox:Lease"] = "00:05:00",
            ["Outbox:PublishTimeout"] = "00:01:00",
        };
        Database = new MongoClient(store).GetDatabase(prefix + "outbox");
    }

    public FakeTimeProvider Clock { get; } = new(Events.At);

    public InProcessBroker Broker { get; set; } = new("auth", "order");

    public IMongoDatabase Database { get; }

    public IMongoCollection<Thing> Things => Database.GetCollection<Thing>(Collection);

    public IMongoCollection<ThingCopy> Copies => Database.GetCollection<ThingCopy>("copies");

    public OutboxCollection Leases => new(Database, Collection, Clock);

    public static async Task<OutboxApp> CreateAsync() => new(await TestStore.ConnectionStringAsync());

    public async Task<MessagingHost> StartWriterAsync(params (string Key, string? Value)[] settings)
    {
        var writer = BuildWriter(settings);
        await writer.StartAsync();
        return writer;
    }

    public MessagingHost BuildWriter(params (string Key, string? Value)[] settings) => BuildWriter(_ => { }, settings);

    public MessagingHost BuildWriter(Action<IServiceCollection> setup, params (string Key, string? Value)[] settings) =>
        Build("auth", settings, _ => { }, builder => setup(builder.Services.AddOutboxRelay(Collection, typeof(UserUpdated))));

    /// <summary>A reader that applies what is newer to its copies.</summary>
    public async Task<MessagingHost> StartReaderAsync()
    {
        var reader = Build("order", [], bus => bus.Record<UserUpdated>(Queue));
        reader.Seen.Handle = ApplyAsync;
        await reader.StartAsync();
        await Broker.ConnectedAsync([Queue]).WaitAsync(Eventually.Patience);
        return reader;
    }

    public Task ApplyAsync(Seen seen)
    {
        var e = (UserUpdated)seen.Event;
        return Copies.ApplyNewerAsync(
            Builders<ThingCopy>.Filter.Eq(c => c.Id, e.UserId), e.Version, Builders<ThingCopy>.Update.Push(c => c.Applied, e.Version), CancellationToken.None);
    }

    public Task AddAsync(string id = "u1") => Things.InsertOneAsync(
        new Thing { Id = id, Version = 1, Outbox = Outbox.Holding(Clock.GetUtcNow(), Events.Updated(1, id)) });

    public Task ChangeAsync(long version, string id = "u1") => Things.UpdateOneAsync(
        t => t.Id == id && t.Version == version - 1,
        Builders<Thing>.Update.Set(t => t.Version, version).Publishing(Clock.GetUtcNow(), Events.Updated(version, id)));

    /// <summary>Whether nothing waits any more.</summary>
    public async Task<bool> IsDrainedAsync() => await Things.CountDocumentsAsync("{'outbox.pendingAt': {$exists: true}}") == 0;

    /// <summary>Until nothing waits any more; time goes on meanwhile.</summary>
    public Task DrainAsync() => AdvanceUntilAsync(IsDrainedAsync, "the outboxes are empty");

    /// <summary>Lets time go by in thirty steps, with room for others to act in between.</summary>
    public Task AdvanceAsync(TimeSpan time)
    {
        var end = Clock.GetUtcNow() + time;
        return AdvanceUntilAsync(() => Task.FromResult(Clock.GetUtcNow() >= end), $"{time} have gone by", time / 30);
    }

    public Task AdvanceUntilAsync(Func<Task<bool>> condition, string what, TimeSpan? step = null) => Eventually.Until(
        () =>
        {
            Clock.Advance(step ?? TimeSpan.FromMilliseconds(500));
            return condition();
        },
        what);

    public Task<Thing> FindAsync(string id = "u1") => Things.Find(t => t.Id == id).SingleAsync();

    public async Task<IEnumerable<long>> AppliedAsync(string id = "u1") =>
        (await Copies.Find(c => c.Id == id).FirstOrDefaultAsync())?.Applied ?? [];

    /// <summary>The process is gone with all that it held in memory; hosts of a new one start from the database.</summary>
    public async Task RestartAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        _hosts.Clear();
        Broker = new InProcessBroker("auth", "order");
    }

    public async ValueTask DisposeAsync()
    {
        await RestartAsync();
        await Database.Client.DropDatabaseAsync(Database.DatabaseNamespace.DatabaseName);
    }

    private MessagingHost Build(
        string service, (string Key, string? Value)[] settings, Action<IBusRegistrationConfigurator> consumers, Action<WebApplicationBuilder>? setup = null)
    {
        var host = MessagingHost.Build(service, _configuration, consumers, builder =>
        {
            builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => s.Value));
            builder.Services.AddSingleton<TimeProvider>(Clock);
            builder.Services.AddSingleton(Broker);
            builder.AddMongo("outbox");
            setup?.Invoke(builder);
        });
        _hosts.Add(host);
        return host;
    }
}
