using System.Collections.Concurrent;
using MassTransit;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.Messaging;

/// <summary>What consumers of a test have seen, and what they do then.</summary>
internal sealed class Recorder
{
    public ConcurrentQueue<Seen> Messages { get; } = new();

    /// <summary>Runs before a message counts as handled.</summary>
    public Func<Seen, Task> Handle { get; set; } = _ => Task.CompletedTask;

    /// <summary>Has consumers wait, once they are reached.</summary>
    /// <param name="then">What they do when they are let go.</param>
    public Held Hold(Func<Seen, Task>? then = null)
    {
        var held = new Held();
        Handle = async seen =>
        {
            await held.WaitAsync();
            await (then?.Invoke(seen) ?? Task.CompletedTask);
        };
        return held;
    }

    public IEnumerable<Seen> In(string queue) => Messages.Where(seen => seen.Queue == queue);
}

/// <summary>Consumers that wait until a test lets them go.</summary>
internal sealed class Held
{
    private readonly TaskCompletionSource _reached = new();
    private readonly TaskCompletionSource _goOn = new();
    private int _calls;

    public int Calls => _calls;

    public bool IsReached => _reached.Task.IsCompleted;

    /// <summary>Until the first of them is reached, without any help of the clock.</summary>
    public Task ReachedAsync() => _reached.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

    public void LetGo() => _goOn.SetResult();

    /// <summary>Ends them as the end of their process would.</summary>
    public void Die() => _goOn.SetException(new InvalidOperationException("The process ends here."));

    public Task WaitAsync()
    {
        Interlocked.Increment(ref _calls);
        _reached.TrySetResult();
        return _goOn.Task;
    }
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
