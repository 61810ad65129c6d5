using System.Text.Json;
using MassTransit.Serialization;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>How events look as JSON, in outboxes and on the wire alike.</summary>
public static class EventJson
{
    /// <summary>The options of both. Readers ignore members they do not know, so that an event may grow.</summary>
    public static JsonSerializerOptions Options { get; } = new(SystemTextJsonMessageSerializer.Options)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = false,
    };
}
