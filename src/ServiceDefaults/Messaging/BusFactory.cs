using MassTransit;
using MassTransit.Configuration;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Visuels.Contracts;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Messaging.InMemory;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Chooses the transport when the bus is made, by when all configuration is known.</summary>
internal sealed class BusFactory : IRegistrationBusFactory
{
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
            host.Heartbeat(TimeSpan.FromSeconds(10));
        });
        bus.PrefetchCount = options.Prefetch;

        DeclareReaders(bus);
        bus.ConfigureEndpoints(context);
    }

    // The connection that publishes an event declares the queues of all its readers before it does so for the first time. A queue that is
    // bound to the event's exchange here, and by its own service through the queue's exchange, still gets each message once.
    private static void DeclareReaders(IRabbitMqBusFactoryConfigurator bus)
    {
        var names = new RabbitMqMessageNameFormatter();

        foreach (var (type, queues) in EventRoutes.Queues)
        {
            bus.Publish(type, exchange =>
            {
                foreach (var queue in queues)
                {
                    exchange.BindQueue(names.GetMessageName(type), queue, binding => binding.SetQuorumQueue());
                }
            });
        }
    }
}
