using System.Numerics;
using System.Runtime.InteropServices;

namespace Visuels.EmbeddedMongo.Wire;

/// <summary>CRC-32C, by which a message tells that it arrived as it was sent.</summary>
internal static class Checksum
{
    public const int Size = 4;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        var sum = uint.MaxValue;
        foreach (var word in words)
        {
            sum = BitOperations.Crc32C(sum, word);
        }

        foreach (var one in bytes[(words.Length * sizeof(ulong))..])
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return ~sum;
    }
}
