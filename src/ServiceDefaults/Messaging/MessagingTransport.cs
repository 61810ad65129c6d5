namespace Visuels.ServiceDefaults.Messaging;

/// <summary>What carries the events.</summary>
public enum MessagingTransport
{
    /// <summary>The services of one process; the outboxes keep what a restart would lose.</summary>
    InMemory,

    /// <summary>RabbitMQ, for services apart.</summary>
    RabbitMq,
}
