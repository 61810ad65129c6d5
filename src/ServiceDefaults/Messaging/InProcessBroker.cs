using System.Collections.Concurrent;
using MassTransit.InMemoryTransport;
using MassTransit.Transports.Fabric;
using Visuels.Contracts;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>
/// The exchanges and queues that the in-memory buses of one process share. A host of several services registers one instance in
/// each of them; a service without one gets its own and talks to itself only. Queues live as long as this object, so that a
/// service which stops and starts again finds what it missed.
/// </summary>
public sealed class InProcessBroker
{
    private readonly HashSet<string> _services;
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _connected = new();
    private readonly ConcurrentDictionary<Guid, Delivery> _deliveries = new();

    /// <summary>A broker for these services ("order"), all of them unless named. Relays wait for the queues of no others.</summary>
    public InProcessBroker(params IEnumerable<string> services)
    {
        _services = [.. services];
    }

    internal MessageFabric<InMemoryTransportContext, InMemoryTransportMessage> Fabric { get; } = new();

    internal void Connect(string queue) => ConnectionOf(queue).TrySetResult();

    /// <summary>Which queues of the events are not connected yet, though their services are to come.</summary>
    internal IEnumerable<string> Missing(IEnumerable<Type> events) => events
        .SelectMany(type => EventRoutes.Queues[type])
        .Where(queue => (_services.Count == 0 || _services.Contains(queue.Split('-')[0])) && !IsConnected(queue));

    internal Task ConnectedAsync(IEnumerable<string> queues) => Task.WhenAll(queues.Select(queue => ConnectionOf(queue).Task));

    /// <summary>Follows a message. False when it is already on its way: then it must not be published again.</summary>
    internal bool TryStart(Guid messageId, Type type, out Delivery delivery)
    {
        var started = new Delivery(EventRoutes.Queues[type].Where(IsConnected));
        delivery = _deliveries.GetOrAdd(messageId, started);
        return delivery == started;
    }

    internal void Finish(Guid messageId, string queue, bool succeeded)
    {
        if (_deliveries.TryGetValue(messageId, out var delivery))
        {
            delivery.Finish(queue, succeeded);
        }
    }

    internal void Forget(Guid messageId) => _deliveries.TryRemove(messageId, out _);

    private bool IsConnected(string queue) => _connected.TryGetValue(queue, out var connection) && connection.Task.IsCompleted;

    private TaskCompletionSource ConnectionOf(string queue) =>
        _connected.GetOrAdd(queue, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
