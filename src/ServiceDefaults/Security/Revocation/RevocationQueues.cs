using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Visuels.Contracts.Accounts;

namespace Visuels.ServiceDefaults.Security.Revocation;

/// <summary>Each instance hears of revocations by a queue of its own, which goes with it.</summary>
public static class RevocationQueues
{
    // The formatter makes it of the consumer's name; the instance's id follows.
    private const string Mark = "-revocation-";

    /// <summary>Reads <see cref="SessionsRevoked"/> and <see cref="SessionEnded"/> into <see cref="Revocations"/>. Every service calls it.</summary>
    /// <param name="bus">The service's bus.</param>
    public static void AddRevocationConsumer(this IBusRegistrationConfigurator bus) =>
        bus.AddConsumer<RevocationConsumer>().Endpoint(endpoint => endpoint.InstanceId = Guid.NewGuid().ToString("N"));

    internal static bool Is(string queue) => queue.Contains(Mark, StringComparison.Ordinal);

    internal static void Configure(IRegistrationContext context, IReceiveEndpointConfigurator endpoint)
    {
        endpoint.PublishFaults = false;
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
        endpoint.ConnectReceiveEndpointObserver(new Listening(context.GetRequiredService<RevocationRefill>()));

        // Quorum queues cannot be temporary, and queues that are neither durable nor exclusive are on their way out.
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            rabbit.Durable = true;
            rabbit.AutoDelete = true;
            rabbit.SetQueueArgument("x-queue-type", "classic");
        }
    }

    /// <summary>Connected (again): what was published before went by.</summary>
    private sealed class Listening(RevocationRefill refill) : IReceiveEndpointObserver
    {
        public Task Ready(ReceiveEndpointReady ready)
        {
            refill.LookNow();
            return Task.CompletedTask;
        }

        public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

        public Task Completed(ReceiveEndpointCompleted completed) => Task.CompletedTask;

        public Task Faulted(ReceiveEndpointFaulted faulted) => Task.CompletedTask;
    }
}

/// <summary>See <see cref="RevocationQueues"/>.</summary>
internal sealed class RevocationConsumer(Revocations revocations) : IConsumer<SessionsRevoked>, IConsumer<SessionEnded>
{
    public Task Consume(ConsumeContext<SessionsRevoked> context)
    {
        revocations.Apply(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<SessionEnded> context)
    {
        revocations.Apply(context.Message);
        return Task.CompletedTask;
    }
}
