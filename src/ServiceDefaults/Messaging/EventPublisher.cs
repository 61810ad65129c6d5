using System.Diagnostics;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Visuels.Contracts;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Publishes what outboxes hold. Nothing else of a service publishes: a publish waits for as long as the broker is away.</summary>
internal sealed partial class EventPublisher(
    IBus bus, InProcessBroker broker, ReaderQueues readers, IOptions<MessagingOptions> options, TimeProvider clock, ILogger<EventPublisher> logger)
{
    private static readonly ActivitySource Source = new("Visuels.Outbox");

    private bool InMemory => options.Value.Transport == MessagingTransport.InMemory;

    /// <summary>In memory an event reaches only the queues that are there, so the services of this process may start first.</summary>
    public async Task WaitForReadersAsync(IReadOnlyCollection<Type> events, CancellationToken ct)
    {
        if (!InMemory)
        {
            return;
        }

        try
        {
            await broker.ConnectedAsync(broker.Missing(events)).WaitAsync(options.Value.StartupGrace, clock, ct);
        }
        catch (TimeoutException)
        {
            LogMissing(string.Join(", ", broker.Missing(events)));
        }
    }

    /// <exception cref="JsonException">The entry cannot be read, and never will be by this version of the service.</exception>
    public async Task<Delivery> PublishAsync(OutboxEntry entry, CancellationToken ct)
    {
        var (message, type) = Read(entry);

        if (!InMemory)
        {
            await readers.DeclareAsync(type, ct);
            await SendToBrokerAsync(entry, message, type, ct);
            return Delivery.Confirmed;
        }

        if (broker.TryStart(entry.Id, type, out var delivery))
        {
            var sending = SendAsync(entry, message, type, ct);
            // What only took too long arrives all the same; what has failed goes out again.
            _ = sending.ContinueWith(
                _ => broker.Forget(entry.Id),
                CancellationToken.None,
                TaskContinuationOptions.NotOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            await sending.WaitAsync(ct);
        }

        return delivery;
    }

    /// <summary>The relay has acted upon the outcome of this delivery.</summary>
    public void Forget(Guid messageId) => broker.Forget(messageId);

    private static (object Message, Type Type) Read(OutboxEntry entry) =>
        EventRoutes.Types.TryGetValue(entry.Type, out var type)
        && JsonSerializer.Deserialize(entry.Body, type, EventJson.Options) is { } message
            ? (message, type)
            : throw new JsonException($"Unknown event {entry.Type}.");

    private async Task SendToBrokerAsync(OutboxEntry entry, object message, Type type, CancellationToken ct)
    {
        try
        {
            // While it connects or declares, the transport does not heed the token; what it sends later carries the same message id.
            await SendAsync(entry, message, type, ct).WaitAsync(ct);
        }
        catch (MessageReturnedException)
        {
            readers.Forget(type);
            throw;
        }
    }

    private async Task SendAsync(OutboxEntry entry, object message, Type type, CancellationToken ct)
    {
        using var activity = Source.StartActivity("outbox publish", ActivityKind.Producer, entry.TraceParent);

        await bus.Publish(message, type, context =>
        {
            context.MessageId = entry.Id;

            // A message that no queue takes comes back as an error instead of being confirmed and dropped, unless its readers can do without it.
            if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
            {
                rabbit.Mandatory = EventRoutes.Queues[type].Count > 0 && !Sabotage.Is(Sabotage.ConfirmsOff);
            }
        }, ct);
    }

    [LoggerMessage(LogLevel.Warning, "Events are published although their readers {Queues} are not connected in this process; they will not see them")]
    private partial void LogMissing(string queues);
}
