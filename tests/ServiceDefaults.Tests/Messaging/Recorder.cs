using System.Collections.Concurrent;
using MassTransit;

namespace Visuels.ServiceDefaults.Tests.Messaging;

/// <summary>What consumers of a test have seen, and what they do then.</summary>
internal sealed class Recorder
{
    public ConcurrentQueue<Seen> Messages { get; } = new();

    /// <summary>Runs before a message counts as handled.</summary>
    public Func<Seen, Task> Handle { get; set; } = _ => Task.CompletedTask;

    public IEnumerable<Seen> In(string queue) => Messages.Where(seen => seen.Queue == queue);
}

internal sealed record Seen(string Queue, Guid MessageId, object Event);

internal sealed class RecordingConsumer<T>(Recorder recorder) : IConsumer<T>
    where T : class
{
    public async Task Consume(ConsumeContext<T> context)
    {
        var seen = new Seen(context.ReceiveContext.InputAddress.Segments[^1], context.MessageId!.Value, context.Message);
        // A test that fails must not leave its consumer waiting for ever.
        await recorder.Handle(seen).WaitAsync(TimeSpan.FromSeconds(30), context.CancellationToken);
        recorder.Messages.Enqueue(seen);
    }
}

internal static class RecordingConsumers
{
    /// <summary>Reads an event from a queue of the table.</summary>
    public static void Record<T>(this IBusRegistrationConfigurator bus, string queue)
        where T : class => bus.AddConsumer<RecordingConsumer<T>>().Endpoint(endpoint => endpoint.Name = queue);
}
