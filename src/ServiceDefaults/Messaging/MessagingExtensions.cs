using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Messaging.InMemory;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Security.Revocation;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Wires events the same way in every service.</summary>
public static class MessagingExtensions
{
    /// <summary>The health check of the bus has this name and this one tag: a service that reads and writes without its broker is ready.</summary>
    public const string BusCheck = "bus";

    /// <summary>
    /// Adds the bus of the named service ("order"). A consumer's queue is named after both, <c>order-user-registered</c> for
    /// <c>UserRegisteredConsumer</c>. Consumers must be registered one by one: scanning an assembly does not see internal ones.
    /// </summary>
    public static WebApplicationBuilder AddMessaging(
        this WebApplicationBuilder builder, string service, Action<IBusRegistrationConfigurator> consumers)
    {
        builder.Services.AddSingleton<MessagingOptionsSetup>();
        builder.Services.AddSingleton<IPostConfigureOptions<MessagingOptions>>(p => p.GetRequiredService<MessagingOptionsSetup>());
        builder.Services.AddSingleton<IValidateOptions<MessagingOptions>>(p => p.GetRequiredService<MessagingOptionsSetup>());
        builder.Services.AddOptions<MessagingOptions>().BindConfiguration("Messaging").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton(_ => new InProcessBroker(service));
        builder.Services.AddSingleton<BrokerRefusalObserver>();

        // The host starts and serves while the broker is away.
        builder.Services.AddOptions<MassTransitHostOptions>().Configure<IOptions<MessagingOptions>>((host, messaging) =>
        {
            host.WaitUntilStarted = false;
            host.StopTimeout = messaging.Value.StopTimeout;
        });

        builder.Services.AddMassTransit(bus =>
        {
            bus.SetEndpointNameFormatter(new KebabCaseEndpointNameFormatter(service, false));
            bus.DisableUsageTelemetry();
            bus.ConfigureHealthCheckOptions(check =>
            {
                check.Name = BusCheck;
                check.Tags.Clear();
                check.Tags.Add(BusCheck);
            });
            consumers(bus);
            bus.AddConfigureEndpointsCallback(ConfigureEndpoint);
            bus.SetBusFactory(new BusFactory());
        });

        return builder;
    }

    private static void ConfigureEndpoint(IRegistrationContext context, string queue, IReceiveEndpointConfigurator endpoint)
    {
        if (endpoint is IRabbitMqReceiveEndpointConfigurator)
        {
            endpoint.ConnectReceiveEndpointObserver(context.GetRequiredService<BrokerRefusalObserver>());
        }

        if (RevocationQueues.Is(queue))
        {
            RevocationQueues.Configure(context, endpoint);
            return;
        }

        var options = context.GetRequiredService<IOptions<MessagingOptions>>().Value;

        endpoint.UseFilter(new ConsumptionFilter());

        // In place only: delayed redelivery needs a plug-in, without which it takes the whole connection down.
        if (options.RetryCount > 0)
        {
            // The outer one: its count is what the error queue tells.
            endpoint.UseMessageRetry(retry =>
            {
                retry.Ignore<Exception>(IsOutage);
                retry.Exponential(
                    Sabotage.Is(Sabotage.PoisonLimitOff) ? 10_000 : options.RetryCount, options.RetryMinPause, options.RetryMaxPause, options.RetryMinPause);
            });
            endpoint.UseMessageRetry(retry =>
            {
                retry.Handle<Exception>(IsOutage);
                retry.Exponential(options.OutageRetryCount, options.RetryMinPause, options.OutageMaxPause, options.RetryMinPause);
            });
        }

        endpoint.PrefetchCount = options.Prefetch;
        endpoint.PublishFaults = false;

        switch (endpoint)
        {
            case IRabbitMqReceiveEndpointConfigurator rabbit:
                rabbit.SetQuorumQueue();
                foreach (var (name, value) in ReaderQueues.Arguments)
                {
                    rabbit.SetQueueArgument(name, value);
                }

                endpoint.ConnectReceiveEndpointObserver(
                    new QueueMismatchObserver(context.GetRequiredService<ILogger<QueueMismatchObserver>>()));
                break;
            case IInMemoryReceiveEndpointConfigurator:
                // The entry in its outbox is what remains of a message that failed; see DeliveryObserver.
                endpoint.DiscardFaultedMessages();
                endpoint.ConnectReceiveEndpointObserver(new DeliveryObserver(context.GetRequiredService<InProcessBroker>()));
                break;
        }
    }

    /// <summary>Whether it is nobody's fault and gone in a while, and not the message's.</summary>
    private static bool IsOutage(Exception exception) =>
        exception is DependencyUnavailableException or MessageInProgressException || StoreOutages.Is(exception);
}
