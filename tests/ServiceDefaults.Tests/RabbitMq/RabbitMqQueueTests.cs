using MassTransit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using Visuels.Contracts;
using Visuels.Contracts.Accounts;
using Visuels.Contracts.Orders;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Tests.Messaging;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.RabbitMq;

/// <summary>Which queues there are, who declares them, and what happens where one is not as it should be.</summary>
[Collection(nameof(RabbitMqHosts))]
public sealed class RabbitMqQueueTests(RabbitMqHosts hosts) : IAsyncLifetime
{
    private const string Readers = RabbitMqClient.Readers;

    private RabbitMqClient _broker = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _broker = await RabbitMqClient.ConnectAsync((await hosts.NextAsync()).ConnectionString);

    public ValueTask DisposeAsync() => _broker?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Every_queue_of_the_table_gets_its_events_and_no_others()
    {
        await using var publisher = await _broker.StartAsync("auth");
        Assert.Equal(EventRoutes.Types.Keys.Order(), Events.All.Select(e => e.GetType().Name).Order());

        foreach (var e in Events.All)
        {
            await publisher.PublishAsync(e);
        }

        foreach (var queue in EventRoutes.Queues.Values.SelectMany(q => q))
        {
            await _broker.HoldsAsync(queue, 1);
        }
    }

    [Fact]
    public async Task Publisher_and_reader_declare_a_queue_alike_whoever_comes_first()
    {
        await using var order = await _broker.StartAsync("order", bus => bus.Record<UserRegistered>(Readers));
        await Eventually.Until(order.IsHealthyAsync, "the bus is up");
        await using var auth = await _broker.StartAsync("auth");

        await auth.PublishAsync(Events.Registered());

        await Eventually.Until(() => order.Seen.In(Readers).Any(), "the event arrives");
        Assert.DoesNotContain(order.Log.Lines.Concat(auth.Log.Lines), line => line.Contains("PRECONDITION", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Queues_are_replicated_ones_that_survive_the_broker()
    {
        await using var auth = await _broker.StartAsync("auth");
        await auth.PublishAsync(Events.Registered());

        // Refused unless it is exactly this.
        await _broker.Channel.QueueDeclareAsync(
            Readers, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 1_000_000 }, cancellationToken: Ct);
    }

    [Fact]
    public async Task A_queue_of_another_kind_is_named_in_one_line_and_the_rest_of_the_service_works()
    {
        const string Others = "order-order-status-changed";
        await _broker.DeclareClassicAsync(Readers);
        await using var order = await _broker.StartAsync("order", bus =>
        {
            bus.Record<UserRegistered>(Readers);
            bus.Record<OrderStatusChanged>(Others);
        });
        string[] Mismatches() => [.. order.Log.Lines.Where(line => line.Contains(nameof(QueueMismatchObserver), StringComparison.Ordinal))];

        await order.PublishAsync(Events.All.OfType<OrderStatusChanged>().Single());

        await Eventually.Until(() => order.Seen.In(Others).Any(), "the other queue is read");
        await Eventually.Until(() => Mismatches().Length > 0, "the mismatch is logged");
        Assert.Contains(Readers, Assert.Single(Mismatches()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_readers_queue_of_another_kind_keeps_its_publisher_from_nothing_and_is_named_once()
    {
        await _broker.DeclareClassicAsync(Readers);
        await using var auth = await _broker.StartAsync("auth");

        await auth.PublishAsync(Events.Registered(1));
        await auth.PublishAsync(Events.Registered(2));

        await _broker.HoldsAsync(Readers, 2);
        await _broker.HoldsAsync("jobs-user-registered", 2);
        Assert.Contains(Readers, Assert.Single(auth.Log.Lines, line => line.Contains("other properties", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain(auth.Log.Lines, line => line.Contains("MassTransit", StringComparison.Ordinal) && line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Queues_that_somebody_deleted_are_declared_again_instead_of_losing_events()
    {
        const string Mails = "jobs-email-code-issued";
        await using var auth = await _broker.StartAsync("auth");
        await auth.PublishAsync(Events.All[0]);
        await _broker.Channel.QueueDeleteAsync(Mails, cancellationToken: Ct);
        var entry = OutboxEntry.Of(Events.All[0], Events.At);

        await Assert.ThrowsAsync<MessageReturnedException>(() => auth.Publisher.PublishAsync(entry, Ct));
        await auth.Publisher.PublishAsync(entry, Ct);

        await _broker.HoldsAsync(Mails, 1);
    }

    [Fact]
    public async Task A_publisher_stops_though_its_broker_has_become_unreachable()
    {
        var broker = new UriBuilder((await hosts.NextAsync()).ConnectionString);
        await using var link = new TcpProxy(broker.Port, broker.Host);
        (broker.Host, broker.Port) = ("127.0.0.1", link.Port);
        var readers = new ReaderQueues(Options.Create(new MessagingOptions { RabbitMq = $"{broker.Uri}" }), NullLogger<ReaderQueues>.Instance);
        await readers.DeclareAsync(typeof(UserRegistered), Ct);

        link.Fault = LinkFault.Blackhole;

        await readers.DisposeAsync();
    }
}
