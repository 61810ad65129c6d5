using System.Net;
using System.Net.Sockets;

namespace Visuels.ServiceDefaults.Hosting;

/// <summary>Names a taken port before anything has started.</summary>
public static class Ports
{
    /// <summary>Refuses to go on when a port of this machine is taken.</summary>
    /// <param name="ports">The ports that are about to be listened on; 0 is always free.</param>
    /// <exception cref="StartupException">One of them is taken, or not allowed.</exception>
    public static void EnsureFree(IEnumerable<int> ports)
    {
        foreach (var port in ports)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
            }
            catch (SocketException e)
            {
                throw new StartupException(e.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"Port {port} is in use: stop what listens there, or choose another."
                    : $"Port {port} cannot be used: {e.Message}");
            }
        }
    }
}
