using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Exceptions;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>
/// Ends the service when the broker refuses its password. MassTransit does not try again, so it would serve and write, and read no event
/// any more; whoever starts it anew (compose, systemd) has it read its secrets anew, and so finds a password that was changed.
/// </summary>
internal sealed partial class BrokerRefusalObserver(IHostApplicationLifetime lifetime, ILogger<BrokerRefusalObserver> logger) : IReceiveEndpointObserver
{
    private int _told;

    public Task Faulted(ReceiveEndpointFaulted faulted)
    {
        if (IsRefusal(faulted.Exception) && Interlocked.Exchange(ref _told, 1) == 0)
        {
            LogRefused();
            Environment.ExitCode = 1;
            // A start that is cut off would throw.
            lifetime.ApplicationStarted.Register(lifetime.StopApplication);
        }

        return Task.CompletedTask;
    }

    public Task Ready(ReceiveEndpointReady ready) => Task.CompletedTask;

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

    private static bool IsRefusal(Exception? exception) => exception switch
    {
        null => false,
        AuthenticationFailureException => true,
        AggregateException several => several.InnerExceptions.Any(IsRefusal),
        _ => IsRefusal(exception.InnerException),
    };

    [LoggerMessage(LogLevel.Critical, "The broker refuses the user or the password of ConnectionStrings:RabbitMq; the service ends, to read them anew when it is started again")]
    private partial void LogRefused();
}
