using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Visuels.Contracts;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.Testing;

/// <summary>The other services, as seen from the bus: publishes events, and remembers every event that anybody published.</summary>
public sealed class TestBus : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<(Guid Id, object Event)> _seen = [];
    private readonly List<(Func<object, bool> Wanted, TaskCompletionSource<object> Found)> _waiting = [];
    private readonly WebApplication _app;

    private TestBus(InProcessBroker broker)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["Messaging:Transport"] = "InMemory";
        builder.Services.AddSingleton(broker);
        builder.Services.AddSingleton(this);
        builder.AddMessaging("probe", bus =>
        {
            foreach (var type in EventRoutes.Queues.Keys)
            {
                bus.AddConsumer(typeof(Probe<>).MakeGenericType(type));
            }
        });
        _app = builder.Build();
    }

    /// <summary>Joins the fabric; sees everything that is published from then on.</summary>
    public static async Task<TestBus> StartAsync(InProcessBroker broker)
    {
        var bus = new TestBus(broker);
        await bus._app.StartAsync();
        await bus._app.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Eventually.Patience);
        return bus;
    }

    /// <summary>Publishes an event as another service would; the same id twice is a redelivery.</summary>
    public Task PublishAsync<T>(T message, Guid? messageId = null)
        where T : class =>
        _app.Services.GetRequiredService<IBus>().Publish(message, context => context.MessageId = messageId ?? Guid.CreateVersion7());

    /// <summary>Every event of a type seen so far, redeliveries included.</summary>
    public IReadOnlyList<T> Published<T>()
    {
        lock (_lock)
        {
            return [.. _seen.Select(entry => entry.Event).OfType<T>()];
        }
    }

    /// <summary>Every event of a type seen so far, once each: a relay that was held up may publish one again, under the same id.</summary>
    public IReadOnlyList<T> PublishedOnce<T>()
    {
        lock (_lock)
        {
            return [.. _seen.DistinctBy(entry => entry.Id).Select(entry => entry.Event).OfType<T>()];
        }
    }

    /// <summary>The first event of a type that fits, already seen or yet to come.</summary>
    public async Task<T> NextAsync<T>(Func<T, bool>? wanted = null)
    {
        Task<object> found;
        lock (_lock)
        {
            bool Fits(object candidate) => candidate is T fitting && (wanted is null || wanted(fitting));
            if (_seen.Find(entry => Fits(entry.Event)).Event is { } seen)
            {
                return (T)seen;
            }

            var waiting = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((Fits, waiting));
            found = waiting.Task;
        }

        try
        {
            return (T)await found.WaitAsync(Eventually.Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"No {typeof(T).Name} that fits was published within {Eventually.Patience}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private void Saw(Guid id, object message)
    {
        lock (_lock)
        {
            _seen.Add((id, message));
            foreach (var waiting in _waiting.Where(waiting => waiting.Wanted(message)).ToList())
            {
                _waiting.Remove(waiting);
                waiting.Found.TrySetResult(message);
            }
        }
    }

    private sealed class Probe<T>(TestBus bus) : IConsumer<T>
        where T : class
    {
        public Task Consume(ConsumeContext<T> context)
        {
            bus.Saw(context.MessageId ?? Guid.Empty, context.Message);
            return Task.CompletedTask;
        }
    }
}
