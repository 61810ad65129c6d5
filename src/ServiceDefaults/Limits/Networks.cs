using System.Net;
using System.Net.Sockets;

namespace Visuels.ServiceDefaults.Limits;

/// <summary>What is counted where a caller is known by its address only.</summary>
public static class Networks
{
    private const int HalfOfIPv6 = 8;

    /// <summary>An IPv4 address, or the first 64 bits of an IPv6 one: the rest is the caller's own choice.</summary>
    /// <param name="address">The caller's address; null where there is none.</param>
    public static string Of(IPAddress? address) => address switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, HalfOfIPv6)),
        _ => address.ToString(),
    };
}
