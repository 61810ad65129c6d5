using System.Text;

namespace Visuels.EmbeddedMongo.Wire;

/// <summary>Names of fields as strings. The same few come in every document, so the latest are kept; two threads may race for a place.</summary>
internal static class FieldNames
{
    private const int MaxLength = 32;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private static readonly string?[] Latest = new string?[1024];

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxLength)
        {
            return Strict.GetString(utf8);
        }

        ref var place = ref Latest[Hash(utf8) % (uint)Latest.Length];
        var name = place;
        return name is not null && Ascii.Equals(utf8, name) ? name : place = Strict.GetString(utf8);
    }

    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        var hash = 2166136261;
        foreach (var b in utf8)
        {
            hash = (hash ^ b) * 16777619;
        }

        return hash;
    }
}
