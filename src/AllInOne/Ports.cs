using System.Net;
using System.Net.Sockets;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.AllInOne;

/// <summary>Names a taken port before anything has started.</summary>
internal static class Ports
{
    public static void EnsureFree(Switches switches)
    {
        foreach (var port in Enumerable.Range(switches.PortBase, 6).Concat(switches.MongoPort > 0 ? [switches.MongoPort] : []))
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
            }
            catch (SocketException e)
            {
                throw new StartupException(e.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"Port {port} is in use. Stop what listens there, or choose other ports with --port-base N."
                    : $"Port {port} cannot be used: {e.Message}");
            }
        }
    }
}
