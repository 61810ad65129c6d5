using System.Diagnostics;
using System.Text.Json;
using Visuels.Contracts;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>One event that waits in its aggregate's document until it is published.</summary>
public sealed class OutboxEntry
{
    /// <summary>Becomes the message's id: every delivery of this event carries the same.</summary>
    public required Guid Id { get; set; }

    /// <summary>Simple name of the event's type, as in <see cref="EventRoutes.Types"/>.</summary>
    public required string Type { get; set; }

    /// <summary>The event as JSON, written with <see cref="EventJson.Options"/>.</summary>
    public required string Body { get; set; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset At { get; set; }

    /// <summary>The W3C trace context of the request that caused it.</summary>
    public string? TraceParent { get; set; }

    internal static OutboxEntry Of(object @event, DateTimeOffset now)
    {
        var type = @event.GetType();

        if (!EventRoutes.Queues.ContainsKey(type))
        {
            throw new ArgumentException($"{type.Name} is not in EventRoutes: nobody would receive it.", nameof(@event));
        }

        return new OutboxEntry
        {
            Id = Guid.CreateVersion7(now),
            Type = type.Name,
            Body = JsonSerializer.Serialize(@event, type, EventJson.Options),
            At = now,
            TraceParent = Activity.Current?.Id,
        };
    }
}
