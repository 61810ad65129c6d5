using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Tests.Messaging;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.RabbitMq;

/// <summary>Tests that kill their broker, one after the other.</summary>
[CollectionDefinition(nameof(MortalNode))]
public sealed class TestsThatKillTheirBroker : ICollectionFixture<MortalNode>;

/// <summary>A broker that is killed and started again, with a virtual host for each test.</summary>
public sealed class MortalNode : IAsyncLifetime
{
    private static readonly string[] Hosts = ["killed1", "killed2", "killed3", "killed4"];

    private RabbitMqNode? _node;
    private int _given;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        if (RabbitMqNode.IsInstalled)
        {
            _node = await RabbitMqNode.StartAsync(Ct);
            await _node.AddVirtualHostsAsync(Hosts, Ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }

    /// <summary>The node, and the next virtual host of it.</summary>
    public (RabbitMqNode Node, string Host, string ConnectionString) Next()
    {
        Assert.SkipWhen(_node is null, "Needs an installed rabbitmq-server: a broker is killed here.");
        var host = Hosts[_given++];
        return (_node, host, _node.ConnectionString + host);
    }
}

/// <summary>Services whose broker is not there yet, or not any more.</summary>
[Collection(nameof(MortalNode))]
public sealed class RabbitMqOutageTests(MortalNode mortal)
{
    private const string Readers = RabbitMqClient.Readers;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_started_without_its_broker_reads_once_it_is_there()
    {
        var (node, _, connectionString) = mortal.Next();
        node.Kill();
        await using var order = await ReaderAsync(connectionString);
        Assert.False(await order.IsHealthyAsync());

        await node.StartAgainAsync(Ct);

        await order.PublishUntilConfirmedAsync(Events.Registered());
        await Eventually.Until(() => order.Seen.In(Readers).Any(), "the event arrives", TimeSpan.FromMinutes(2));
        await Eventually.Until(order.IsHealthyAsync, "the bus says so");
    }

    [Fact]
    public async Task A_service_whose_password_the_broker_refuses_ends_so_that_it_can_be_started_with_another()
    {
        var (_, _, connectionString) = mortal.Next();
        await using var order = await ReaderAsync(connectionString.Replace("guest:guest", "guest:another", StringComparison.Ordinal));

        await Eventually.Until(() => order.App.Lifetime.ApplicationStopping.IsCancellationRequested, "the service ends", TimeSpan.FromMinutes(1));

        Assert.Contains(order.Log.Lines, line => line.Contains("The broker refuses the user or the password", StringComparison.Ordinal));
        Assert.DoesNotContain(order.Log.Lines, line => line.Contains("another@", StringComparison.Ordinal) || line.Contains("guest:another", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_the_broker_was_killed_and_started_again_events_flow_and_none_is_lost()
    {
        var (node, host, connectionString) = mortal.Next();
        await using var auth = await MessagingHost.StartAsync("auth", RabbitMqClient.SettingsOf(connectionString));
        await auth.PublishAsync(Events.Registered(1));
        await node.QueueIsOnDiskAsync($"{host}_{Readers}");

        node.Kill();
        await node.StartAgainAsync(Ct);
        await auth.PublishUntilConfirmedAsync(Events.Registered(2));

        await using var order = await ReaderAsync(connectionString);
        // What was confirmed late may have gone out twice, under one id.
        long[] Versions() => [.. order.Seen.In(Readers).DistinctBy(seen => seen.MessageId).Select(seen => ((UserRegistered)seen.Event).Version).Order()];
        await Eventually.Until(() => Versions().Length == 2, "both events arrive", TimeSpan.FromMinutes(2));
        Assert.Equal([1L, 2L], Versions());
    }

    private static Task<MessagingHost> ReaderAsync(string connectionString) =>
        MessagingHost.StartAsync("order", RabbitMqClient.SettingsOf(connectionString), bus => bus.Record<UserRegistered>(Readers));
}
