using MassTransit;
using MassTransit.Configuration;
using MassTransit.InMemoryTransport;
using MassTransit.InMemoryTransport.Configuration;
using MassTransit.Util;

namespace Visuels.ServiceDefaults.Messaging.InMemory;

/// <summary>MassTransit's in-memory bus makes a fabric of its own wherever one is needed; these two put the shared one in its place.</summary>
internal sealed class SharedBusConfiguration : InMemoryBusConfiguration, IInMemoryBusConfiguration, IBusConfiguration
{
    private readonly SharedHostConfiguration _host;

    public SharedBusConfiguration(IInMemoryTopologyConfiguration topology, InProcessBroker broker)
        : base(topology, null!)
    {
        _host = new SharedHostConfiguration(this, topology, broker);
    }

    IInMemoryHostConfiguration IInMemoryBusConfiguration.HostConfiguration => _host;

    IHostConfiguration IBusConfiguration.HostConfiguration => _host;

    ConnectHandle IEndpointConfigurationObserverConnector.ConnectEndpointConfigurationObserver(IEndpointConfigurationObserver observer) =>
        _host.ConnectEndpointConfigurationObserver(observer);
}

/// <summary>See <see cref="SharedBusConfiguration"/>.</summary>
internal sealed class SharedHostConfiguration : InMemoryHostConfiguration, IInMemoryHostConfiguration
{
    private readonly Recycle<IInMemoryTransportProvider> _provider;

    public SharedHostConfiguration(IInMemoryBusConfiguration bus, IInMemoryTopologyConfiguration topology, InProcessBroker broker)
        : base(bus, null!, topology)
    {
        _provider = new(() => new SharedTransportProvider(this, topology, broker));
    }

    IInMemoryTransportProvider IInMemoryHostConfiguration.TransportProvider => _provider.Supervisor;
}
