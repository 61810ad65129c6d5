using MassTransit;
using Microsoft.Extensions.Logging;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Says once what is wrong when the broker holds a queue of another kind; the service goes on without that queue.</summary>
internal sealed partial class QueueMismatchObserver(ILogger<QueueMismatchObserver> logger) : IReceiveEndpointObserver
{
    private int _told;

    public Task Faulted(ReceiveEndpointFaulted faulted)
    {
        if (faulted.Exception?.ToString().Contains("PRECONDITION_FAILED - inequivalent arg", StringComparison.Ordinal) == true
            && Interlocked.Exchange(ref _told, 1) == 0)
        {
            LogMismatch(faulted.InputAddress.Segments[^1]);
        }

        return Task.CompletedTask;
    }

    public Task Ready(ReceiveEndpointReady ready) => Task.CompletedTask;

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Error, "Queue {Queue} exists on the broker with other properties than a quorum queue has; nothing is read from it until an operator deletes or renames it")]
    private partial void LogMismatch(string queue);
}
