using System.Net;
using System.Net.Sockets;

namespace Visuels.ServiceDefaults.Tests.Messaging;

/// <summary>Lets everybody connect and never says a word.</summary>
internal sealed class SilentBroker : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SilentBroker() => _listener.Start();

    public string ConnectionString => $"amqp://guest:guest@127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    public void Dispose() => _listener.Dispose();
}
