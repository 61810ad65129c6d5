using MassTransit;
using MassTransit.InMemoryTransport;
using MassTransit.InMemoryTransport.Configuration;
using MassTransit.Middleware;
using MassTransit.Transports;
using MassTransit.Transports.Fabric;

namespace Visuels.ServiceDefaults.Messaging.InMemory;

/// <summary>Gives a bus the shared fabric. One per bus: what stops with the bus is this object, never the fabric.</summary>
internal sealed class SharedTransportProvider : Agent, IInMemoryTransportProvider
{
    private readonly IInMemoryHostConfiguration _host;
    private readonly IInMemoryTopologyConfiguration _topology;
    private readonly MessageFabric<InMemoryTransportContext, InMemoryTransportMessage> _fabric;

    public SharedTransportProvider(IInMemoryHostConfiguration host, IInMemoryTopologyConfiguration topology, InProcessBroker broker)
    {
        _host = host;
        _topology = topology;
        _fabric = broker.Fabric;
        SetReady();
    }

    public IMessageFabric<InMemoryTransportContext, InMemoryTransportMessage> MessageFabric => _fabric;

    public Task<ISendTransport> CreateSendTransport(ReceiveEndpointContext context, Uri address)
    {
        var endpoint = new InMemoryEndpointAddress(_host.HostAddress, address);
        var exchange = _fabric.GetExchange(this, endpoint.Name, endpoint.ExchangeType);

        return Task.FromResult<ISendTransport>(new SendTransport<PipeContext>(new InMemorySendTransportContext(_host, context, exchange)));
    }

    public Task<ISendTransport> CreatePublishTransport<T>(ReceiveEndpointContext context, Uri publishAddress)
        where T : class
    {
        IInMemoryMessagePublishTopology<T> topology = _topology.Publish.GetMessageTopology<T>();
        topology.Apply(new MessageFabricPublishTopologyBuilder<InMemoryTransportContext, InMemoryTransportMessage>(this, _fabric));

        return CreateSendTransport(context, publishAddress);
    }

    public Uri NormalizeAddress(Uri address) => new InMemoryEndpointAddress(_host.HostAddress, address);

    public void Probe(ProbeContext context) => _fabric.Probe(context);
}
