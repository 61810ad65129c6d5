using MassTransit;
using MassTransit.Configuration;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Messaging.InMemory;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Chooses the transport when the bus is made, by when all configuration is known.</summary>
internal sealed class BusFactory : IRegistrationBusFactory
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    public IBusInstance CreateBus(IBusRegistrationContext context, IEnumerable<IBusInstanceSpecification> specifications, string busName)
    {
        IRegistrationBusFactory transport =
            context.GetRequiredService<IOptions<MessagingOptions>>().Value.Transport == MessagingTransport.InMemory
                ? SharedBusFactory.Create(context.GetRequiredService<InProcessBroker>(), ConfigureInMemory)
                : new RabbitMqRegistrationBusFactory(ConfigureRabbitMq);

        return transport.CreateBus(context, specifications, busName);
    }

    private static void ConfigureInMemory(IBusRegistrationContext context, IInMemoryBusFactoryConfigurator bus)
    {
        bus.ConfigureJsonSerializerOptions(_ => EventJson.Options);
        bus.ConnectReceiveObserver(new DeliveryObserver(context.GetRequiredService<InProcessBroker>()));
        bus.ConfigureEndpoints(context);
    }

    private static void ConfigureRabbitMq(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus)
    {
        var options = context.GetRequiredService<IOptions<MessagingOptions>>().Value;

        bus.ConfigureJsonSerializerOptions(_ => EventJson.Options);
        bus.Host(new Uri(options.RabbitMq!), host =>
        {
            host.PublisherConfirmation = !Sabotage.Is(Sabotage.ConfirmsOff);
            host.Heartbeat(Heartbeat);
        });
        bus.PrefetchCount = options.Prefetch;
        bus.ConfigureEndpoints(context);
    }
}
