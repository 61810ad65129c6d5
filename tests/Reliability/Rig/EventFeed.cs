using System.Text.Json;
using RabbitMQ.Client;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.Reliability.Rig;

/// <summary>An event under the id that all its deliveries carry.</summary>
internal sealed record Occurrence(Guid Id, object Event);

/// <summary>Publishes events past the outboxes, as often and in whatever order an experiment wants, each confirmed.</summary>
internal sealed class EventFeed : IAsyncDisposable
{
    private const int AtATime = 100;

    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private EventFeed(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public static async Task<EventFeed> OpenAsync(BrokerProcess broker, CancellationToken ct)
    {
        var connection = await broker.ConnectAsync(ct);
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        return new EventFeed(connection, await connection.CreateChannelAsync(confirmed, ct));
    }

    /// <summary>Publishes in this sequence.</summary>
    public async Task PublishAsync(IEnumerable<Occurrence> occurrences, CancellationToken ct)
    {
        foreach (var some in occurrences.Chunk(AtATime))
        {
            await Task.WhenAll(some.Select(occurrence => PublishAsync(occurrence, ct)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    // As MassTransit writes it: its exchange, its envelope.
    private Task PublishAsync(Occurrence occurrence, CancellationToken ct)
    {
        var type = occurrence.Event.GetType();
        var name = $"{type.Namespace}:{type.Name}";
        var envelope = new
        {
            messageId = occurrence.Id,
            messageType = new[] { $"urn:message:{name}" },
            message = JsonSerializer.SerializeToElement(occurrence.Event, type, EventJson.Options),
            sentTime = DateTime.UtcNow,
        };
        var properties = new BasicProperties { MessageId = $"{occurrence.Id}", ContentType = "application/vnd.masstransit+json", Persistent = true };
        return _channel.BasicPublishAsync(name, "", mandatory: true, properties, JsonSerializer.SerializeToUtf8Bytes(envelope), ct).AsTask();
    }
}
