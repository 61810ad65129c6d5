using MassTransit;
using Microsoft.Extensions.Logging;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Tests.RabbitMq;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.Messaging;

/// <summary>Services whose broker does not answer: there is none in these tests.</summary>
public sealed class BrokerAwayTests
{
    private const string Readers = RabbitMqClient.Readers;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_starts_without_its_broker_and_a_publish_ends_with_its_token()
    {
        using var silent = new SilentBroker();
        await using var auth = await MessagingHost.StartAsync("auth", RabbitMqClient.SettingsOf(silent.ConnectionString));
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => auth.Publisher.PublishAsync(OutboxEntry.Of(Events.Registered(), Events.At), timeout.Token));
        Assert.False(await auth.IsHealthyAsync());
    }

    [Fact]
    public async Task A_broker_that_never_says_goodbye_does_not_hold_up_a_stop() =>
        await ReaderQueues.GoodbyeAsync(new Endless()).AsTask().WaitAsync(Eventually.Patience, Ct);

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

    /// <summary>A connection whose client waits for the other side for ever.</summary>
    private sealed class Endless : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => new(new TaskCompletionSource().Task);
    }

    private sealed record FaultedEndpoint(Uri InputAddress, Exception Exception) : ReceiveEndpointFaulted
    {
        public IReceiveEndpoint ReceiveEndpoint => throw new NotSupportedException();
    }
}
