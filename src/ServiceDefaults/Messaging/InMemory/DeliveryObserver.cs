using MassTransit;

namespace Visuels.ServiceDefaults.Messaging.InMemory;

/// <summary>Tells the broker which queues are there, and which are through with a message.</summary>
internal sealed class DeliveryObserver(InProcessBroker broker) : IReceiveEndpointObserver, IReceiveObserver
{
    public Task Ready(ReceiveEndpointReady ready)
    {
        broker.Connect(QueueOf(ready.InputAddress));
        return Task.CompletedTask;
    }

    public Task PostReceive(ReceiveContext context) => FinishAsync(context, !context.IsFaulted);

    public Task ReceiveFault(ReceiveContext context, Exception exception) => FinishAsync(context, succeeded: false);

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;

    private Task FinishAsync(ReceiveContext context, bool succeeded)
    {
        if (context.GetMessageId() is { } id)
        {
            broker.Finish(id, QueueOf(context.InputAddress), succeeded);
        }

        return Task.CompletedTask;
    }

    private static string QueueOf(Uri address) => address.Segments[^1];
}
