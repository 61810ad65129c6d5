using MassTransit;
using MassTransit.Configuration;
using MassTransit.InMemoryTransport;
using MassTransit.InMemoryTransport.Configuration;
using MassTransit.Transports;

namespace Visuels.ServiceDefaults.Messaging.InMemory;

/// <summary>Makes in-memory buses over one <see cref="InProcessBroker"/>; all else is as with any transport of MassTransit.</summary>
internal sealed class SharedBusFactory : TransportRegistrationBusFactory<IInMemoryReceiveEndpointConfigurator>
{
    private readonly SharedBusConfiguration _bus;
    private readonly Action<IBusRegistrationContext, IInMemoryBusFactoryConfigurator> _configure;

    private SharedBusFactory(SharedBusConfiguration bus, Action<IBusRegistrationContext, IInMemoryBusFactoryConfigurator> configure)
        : base(((IInMemoryBusConfiguration)bus).HostConfiguration)
    {
        _bus = bus;
        _configure = configure;
    }

    public static SharedBusFactory Create(InProcessBroker broker, Action<IBusRegistrationContext, IInMemoryBusFactoryConfigurator> configure) =>
        new(new SharedBusConfiguration(new InMemoryTopologyConfiguration(InMemoryBus.CreateMessageTopology()), broker), configure);

    public override IBusInstance CreateBus(
        IBusRegistrationContext context, IEnumerable<IBusInstanceSpecification> specifications, string busName) =>
        CreateBus(new InMemoryBusFactoryConfigurator(_bus), context, _configure, specifications);

    protected override IBusInstance CreateBusInstance(
        IBusControl bus, IHost<IInMemoryReceiveEndpointConfigurator> host, IHostConfiguration hostConfiguration, IBusRegistrationContext context) =>
        new InMemoryBusInstance(bus, host, hostConfiguration, context);
}
