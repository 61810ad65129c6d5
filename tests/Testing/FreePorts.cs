using System.Net;
using System.Net.Sockets;

namespace Visuels.Testing;

/// <summary>Finds ports for processes that are told where to listen, and keeps them from all other tests of this machine.</summary>
public static class FreePorts
{
    // Below the range that the system hands out by itself.
    private const int First = 10_000;
    private const int Last = 30_000;
    private const int BlockSize = 16;

    /// <summary>A block of ports each, held for as long as this process lives: what listens there may stop and start again.</summary>
    private static readonly List<FileStream> Held = [];

    /// <summary>The first of several neighbouring ports, at most 16, that nobody listens on and no other test is given.</summary>
    public static int Next(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, BlockSize);
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "visuels-ports")).FullName;
        lock (Held)
        {
            while (true)
            {
                var first = First + (Random.Shared.Next((Last - First) / BlockSize) * BlockSize);
                if (TryHold(Path.Combine(folder, $"{first}")) && Enumerable.Range(first, count).All(IsFree))
                {
                    return first;
                }
            }
        }
    }

    private static bool TryHold(string file)
    {
        try
        {
            Held.Add(new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            foreach (var address in Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : new[] { IPAddress.Loopback })
            {
                using var listener = new TcpListener(address, port);
                listener.Start();
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
