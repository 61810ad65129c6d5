using System.Net;
using System.Net.Sockets;

namespace Visuels.Auth.Activities;

/// <summary>Where somebody came from, as much of it as tells places apart: without the last byte of an IPv4 address, without the last ten of an IPv6 one.</summary>
internal static class ShortNetworks
{
    private const int LeftOfIPv4 = 3;
    private const int LeftOfIPv6 = 6;

    public static string? Of(IPAddress? address)
    {
        if (address is null)
        {
            return null;
        }

        var known = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var bytes = known.GetAddressBytes();
        bytes.AsSpan(known.AddressFamily == AddressFamily.InterNetwork ? LeftOfIPv4 : LeftOfIPv6).Clear();
        return new IPAddress(bytes).ToString();
    }
}
