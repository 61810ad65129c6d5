using System.Text;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using Visuels.Contracts;
using Visuels.Contracts.Accounts;
using Visuels.Contracts.Orders;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Messaging;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests.Messaging;

/// <summary>One after the other: all of them use the queues of the table.</summary>
[Collection(nameof(RabbitMqTests))]
public sealed class RabbitMqTests : IAsyncLifetime
{
    private const string Readers = "order-user-registered";

    private IConnection _connection = null!;
    private IChannel _channel = null!;
    private RabbitMqNode? _node;
    private string _broker = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Dictionary<string, string?> Configuration => new()
    {
        ["ConnectionStrings:RabbitMq"] = _broker,
        ["Messaging:RetryCount"] = "1",
        ["Messaging:RetryMinPause"] = "00:00:00.010",
    };

    public async ValueTask InitializeAsync()
    {
        // A broker of its own where one can be had: a replicated queue that is deleted and declared again at once under the same name may
        // lose what is published to it in between, which no service of ours ever does.
        _node = RabbitMqNode.IsInstalled ? await RabbitMqNode.StartAsync(Ct) : null;
        _broker = _node?.ConnectionString ?? await RabbitMqBroker.ConnectionStringAsync() ?? Skip();
        _connection = await new ConnectionFactory { Uri = new Uri(_broker) }.CreateConnectionAsync(Ct);
        _channel = await _connection.CreateChannelAsync(cancellationToken: Ct);

        foreach (var queue in EventRoutes.Queues.Values.SelectMany(q => q))
        {
            await _channel.QueueDeleteAsync(queue, cancellationToken: Ct);
            await _channel.QueueDeleteAsync($"{queue}_error", cancellationToken: Ct);
            await _channel.ExchangeDeleteAsync(queue, cancellationToken: Ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_event_published_before_its_readers_ever_started_reaches_them()
    {
        await using (var auth = await MessagingHost.StartAsync("auth", Configuration))
        {
            await PublishAsync(auth, Events.Registered());
        }

        await using var order = await MessagingHost.StartAsync("order", Configuration, bus => bus.Record<UserRegistered>(Readers));

        await Eventually.Until(() => order.Seen.In(Readers).Any(), "the event arrives");
        Assert.Equal(Events.Registered(), order.Seen.In(Readers).Single().Event);
    }

    [Fact]
    public async Task Every_queue_of_the_table_gets_its_events_and_no_others()
    {
        await using var publisher = await MessagingHost.StartAsync("auth", Configuration);
        Assert.Equal(EventRoutes.Types.Keys.Order(), Events.All.Select(e => e.GetType().Name).Order());

        foreach (var e in Events.All)
        {
            await PublishAsync(publisher, e);
        }

        foreach (var queue in EventRoutes.Queues.Values.SelectMany(q => q))
        {
            await Eventually.Until(async () => await _channel.MessageCountAsync(queue, Ct) == 1, $"{queue} holds its event, once");
        }
    }

    [Fact]
    public async Task Publisher_and_reader_declare_a_queue_alike_whoever_comes_first()
    {
        await using var order = await MessagingHost.StartAsync("order", Configuration, bus => bus.Record<UserRegistered>(Readers));
        await Eventually.Until(() => IsHealthyAsync(order), "the bus is up");
        await using var auth = await MessagingHost.StartAsync("auth", Configuration);

        await PublishAsync(auth, Events.Registered());

        await Eventually.Until(() => order.Seen.In(Readers).Any(), "the event arrives");
        Assert.DoesNotContain(order.Log.Lines.Concat(auth.Log.Lines), line => line.Contains("PRECONDITION", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Queues_are_replicated_ones_that_survive_the_broker()
    {
        await using var auth = await MessagingHost.StartAsync("auth", Configuration);
        await PublishAsync(auth, Events.Registered());

        // Refused unless it is exactly this.
        await _channel.QueueDeclareAsync(
            Readers, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 1_000_000 }, cancellationToken: Ct);
    }

    [Fact]
    [Proves(Requirement.EventSchema)]
    public async Task A_message_that_fails_for_good_ends_in_the_error_queue_and_stops_nothing_behind_it()
    {
        await using var order = await MessagingHost.StartAsync("order", Configuration, bus => bus.Record<UserRegistered>(Readers));
        var tries = 0;
        order.Seen.Handle = seen =>
        {
            if (((UserRegistered)seen.Event).Version != 1)
            {
                return Task.CompletedTask;
            }

            Interlocked.Increment(ref tries);
            throw new InvalidOperationException("poison");
        };
        await PublishAsync(order, Events.Registered(1));
        await PublishAsync(order, Events.Registered(2));

        await Eventually.Until(() => order.Seen.In(Readers).Any(), "the event arrives");
        await Eventually.Until(async () => await CountAsync($"{Readers}_error") == 1, "the poison is in the error queue");
        Assert.Equal(2, tries);
    }

    [Fact]
    public async Task A_message_waits_for_what_its_consumer_needs_and_does_not_end_among_the_failed()
    {
        await using var order = await MessagingHost.StartAsync("order", Configuration, bus => bus.Record<UserRegistered>(Readers));
        var tries = 0;
        order.Seen.Handle = _ => Interlocked.Increment(ref tries) < 5 ? throw new DependencyUnavailableException("auth") : Task.CompletedTask;

        await PublishAsync(order, Events.Registered());

        await Eventually.Until(() => order.Seen.In(Readers).Any(), "the event is handled");
        Assert.Equal(5, tries);
        Assert.Equal(0u, await CountAsync($"{Readers}_error"));
    }

    [Fact]
    public async Task A_queue_of_another_kind_is_named_in_one_line_and_the_rest_of_the_service_works()
    {
        await _channel.QueueDeclareAsync(Readers, durable: true, exclusive: false, autoDelete: false, cancellationToken: Ct);
        await using var order = await MessagingHost.StartAsync("order", Configuration, bus =>
        {
            bus.Record<UserRegistered>(Readers);
            bus.Record<OrderStatusChanged>("order-order-status-changed");
        });
        await PublishAsync(order, Events.All.OfType<OrderStatusChanged>().Single());

        await Eventually.Until(() => order.Seen.In("order-order-status-changed").Any(), "the other queue is read");
        await Eventually.Until(() => Mismatches(order).Any(), "the mismatch is logged");
        Assert.Contains(Readers, Assert.Single(Mismatches(order)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mismatch_is_named_once_however_often_the_queue_is_tried()
    {
        var log = new LogLines();
        using var logs = LoggerFactory.Create(logging => logging.AddProvider(log));
        var observer = new QueueMismatchObserver(logs.CreateLogger<QueueMismatchObserver>());
        var faulted = new FaultedEndpoint(new Uri($"rabbitmq://localhost/{Readers}"), new InvalidOperationException("PRECONDITION_FAILED - inequivalent arg"));

        await observer.Faulted(faulted);
        await observer.Faulted(faulted);
        await observer.Faulted(faulted with { Exception = new InvalidOperationException("the broker is away") });

        Assert.Contains(Readers, Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_readers_queue_of_another_kind_keeps_its_publisher_from_nothing_and_is_named_once()
    {
        await _channel.QueueDeclareAsync(Readers, durable: true, exclusive: false, autoDelete: false, cancellationToken: Ct);
        await using var auth = await MessagingHost.StartAsync("auth", Configuration);

        await PublishAsync(auth, Events.Registered(1));
        await PublishAsync(auth, Events.Registered(2));

        Assert.Equal(2u, await _channel.MessageCountAsync(Readers, Ct));
        Assert.Equal(2u, await _channel.MessageCountAsync("jobs-user-registered", Ct));
        Assert.Contains(Readers, Assert.Single(auth.Log.Lines, line => line.Contains("other properties", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain(auth.Log.Lines, line => line.Contains("MassTransit", StringComparison.Ordinal) && line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Queues_that_somebody_deleted_are_declared_again_instead_of_losing_events()
    {
        await using var auth = await MessagingHost.StartAsync("auth", Configuration);
        await PublishAsync(auth, Events.All[0]);
        await _channel.QueueDeleteAsync("jobs-email-code-issued", cancellationToken: Ct);
        var entry = OutboxEntry.Of(Events.All[0], Events.At);

        await Assert.ThrowsAsync<MessageReturnedException>(() => auth.Publisher.PublishAsync(entry, Ct));
        await auth.Publisher.PublishAsync(entry, Ct);

        await Eventually.Until(async () => await _channel.MessageCountAsync("jobs-email-code-issued", Ct) == 1, "the event is in its queue");
    }

    [Fact]
    public async Task A_broker_that_hangs_does_not_hold_up_a_publisher_that_stops()
    {
        var broker = new UriBuilder(_broker);
        await using var link = new TcpProxy(broker.Port, broker.Host);
        broker.Port = link.Port;
        broker.Host = "127.0.0.1";
        var readers = new ReaderQueues(Options.Create(new MessagingOptions { RabbitMq = $"{broker.Uri}" }), NullLogger<ReaderQueues>.Instance);
        await readers.DeclareAsync(typeof(UserRegistered), Ct);

        link.Fault = LinkFault.Blackhole;

        // The client's own patience with a broker that does not say goodbye is longer than what a stop may take.
        await readers.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(4), Ct);
    }

    [Fact]
    public async Task A_service_starts_without_its_broker_and_a_publish_ends_with_its_token()
    {
        var configuration = Configuration;
        using var silent = new SilentBroker();
        configuration["ConnectionStrings:RabbitMq"] = silent.ConnectionString;
        await using var auth = await MessagingHost.StartAsync("auth", configuration);
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => auth.Publisher.PublishAsync(OutboxEntry.Of(Events.Registered(), Events.At), timeout.Token));
        Assert.False(await IsHealthyAsync(auth));
    }

    [Fact]
    public async Task A_service_that_started_without_its_broker_reads_once_it_is_there()
    {
        Assert.SkipUnless(RabbitMqNode.IsInstalled, "Needs an installed rabbitmq-server: a broker is killed here.");
        _node!.Kill();
        await using var order = await MessagingHost.StartAsync("order", Configuration, bus => bus.Record<UserRegistered>(Readers));
        Assert.False(await IsHealthyAsync(order));

        await _node.StartAgainAsync(Ct);

        await PublishAsync(order, Events.Registered());
        await Eventually.Until(() => order.Seen.In(Readers).Any(), "the event arrives", TimeSpan.FromSeconds(60));
        await Eventually.Until(() => IsHealthyAsync(order), "the bus says so");
    }

    [Fact]
    public async Task After_the_broker_was_killed_and_started_again_events_flow_and_none_is_lost()
    {
        Assert.SkipUnless(RabbitMqNode.IsInstalled, "Needs an installed rabbitmq-server: a broker is killed here.");
        await using var node = await RabbitMqNode.StartAsync(Ct);
        var configuration = Configuration;
        configuration["ConnectionStrings:RabbitMq"] = node.ConnectionString;
        await using var auth = await MessagingHost.StartAsync("auth", configuration);
        await PublishAsync(auth, Events.Registered(1));
        await node.QueueIsOnDiskAsync(Readers);

        node.Kill();
        await node.StartAgainAsync(Ct);
        await PublishAsync(auth, Events.Registered(2));

        await using var order = await MessagingHost.StartAsync("order", configuration, bus => bus.Record<UserRegistered>(Readers));
        await Eventually.Until(() => order.Seen.In(Readers).Count() == 2, "both events arrive", TimeSpan.FromSeconds(60));
        Assert.Equal([1L, 2L], order.Seen.In(Readers).Select(seen => ((UserRegistered)seen.Event).Version).Order());
    }

    [Fact]
    public async Task On_the_wire_an_event_is_the_JSON_that_its_outbox_held()
    {
        await using var auth = await MessagingHost.StartAsync("auth", Configuration);
        var entry = OutboxEntry.Of(Events.Registered(), Events.At);
        await auth.Publisher.PublishAsync(entry, Ct);

        var message = await _channel.BasicGetAsync(Readers, autoAck: true, Ct);
        using var envelope = JsonDocument.Parse(message!.Body);

        Assert.Equal(entry.Body, envelope.RootElement.GetProperty("message").GetRawText());
        Assert.Equal(entry.Id.ToString(), envelope.RootElement.GetProperty("messageId").GetString());
    }

    [Fact]
    [Proves(Requirement.EventSchema)]
    public async Task What_no_service_of_ours_sends_is_put_aside_and_its_reader_goes_on()
    {
        await using var order = await MessagingHost.StartAsync("order", Configuration, bus => bus.Record<UserRegistered>(Readers));
        const string Ours = "urn:message:Visuels.Contracts.Accounts:UserRegistered";
        string[] forged =
        [
            "no JSON at all",
            "[1,2,3]",
            "{}",
            $$"""{"messageId":"{{Guid.NewGuid()}}","messageType":["urn:message:Visuels.Contracts.Accounts:UserPromoted"],"message":{"userId":"u1","role":"ADMIN"} }""",
            $$"""{"messageId":"{{Guid.NewGuid()}}","messageType":["urn:message:System.Diagnostics:Process"],"message":{"$type":"System.Diagnostics.Process, System","fileName":"sh"} }""",
            $$"""{"messageId":"{{Guid.NewGuid()}}","messageType":["{{Ours}}"],"message":{"userId":{"$gt":""},"version":"many"} }""",
            $$"""{"messageId":"{{Guid.NewGuid()}}","messageType":["{{Ours}}"],"message":{"userId":"u1","version":1,"email":"{{new string('x', 100_000)}}","username":"u","name":"U","role":"USER","at":"2026-01-01T00:00:00Z"} }""",
        ];

        await PublishAsync(order, Events.Registered(1));
        await Eventually.Until(() => order.Seen.In(Readers).Any(), "the reader is there");
        foreach (var body in forged)
        {
            await _channel.BasicPublishAsync(
                "", Readers, mandatory: true, new BasicProperties { ContentType = "application/vnd.masstransit+json" }, Encoding.UTF8.GetBytes(body), Ct);
        }

        await PublishAsync(order, Events.Registered(2));

        await Eventually.Until(() => order.Seen.In(Readers).Count() == 2, "the event behind them arrives");
        await Eventually.Until(async () => await CountAsync($"{Readers}_error") + await CountAsync($"{Readers}_skipped") == forged.Length, "each of them is put aside");
        Assert.Equal([Events.Registered(1), Events.Registered(2)], order.Seen.In(Readers).Select(seen => seen.Event));
    }

    private static string Skip()
    {
        Assert.Skip(RabbitMqBroker.Missing);
        return "";
    }

    /// <summary>As a relay does it: each try is short, and the same message goes out again until it is confirmed.</summary>
    private static Task PublishAsync(MessagingHost host, object @event)
    {
        var entry = OutboxEntry.Of(@event, Events.At);

        return Eventually.Until(async () =>
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(5));

            try
            {
                await host.Publisher.PublishAsync(entry, timeout.Token);
                return true;
            }
            catch (Exception e) when (e is not MessageReturnedException)
            {
                return false;
            }
        }, $"{entry.Type} is published", TimeSpan.FromSeconds(60));
    }

    private static IEnumerable<string> Mismatches(MessagingHost host) =>
        host.Log.Lines.Where(line => line.Contains(nameof(QueueMismatchObserver), StringComparison.Ordinal));

    private static async Task<bool> IsHealthyAsync(MessagingHost host)
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(check => check.Tags.Contains(MessagingExtensions.BusCheck), Ct);
        return report.Entries[MessagingExtensions.BusCheck].Status == HealthStatus.Healthy;
    }

    private async Task<uint> CountAsync(string queue)
    {
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: Ct);

        try
        {
            return await channel.MessageCountAsync(queue, Ct);
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return 0;
        }
    }

    private sealed record FaultedEndpoint(Uri InputAddress, Exception Exception) : ReceiveEndpointFaulted
    {
        public IReceiveEndpoint ReceiveEndpoint => throw new NotSupportedException();
    }
}
