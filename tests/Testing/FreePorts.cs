using System.Net;
using System.Net.Sockets;

namespace Visuels.Testing;

/// <summary>Finds ports for processes that are told where to listen.</summary>
public static class FreePorts
{
    /// <summary>The first of several neighbouring ports that are free right now.</summary>
    public static int Next(int count)
    {
        while (true)
        {
            // Below the range that the system hands out by itself.
            var first = Random.Shared.Next(10_000, 30_000);
            if (Enumerable.Range(first, count).All(IsFree))
            {
                return first;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
