namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>Operations on keys as byte strings, compared as memcmp does.</summary>
internal static class KeyBytes
{
    /// <summary>Above every key: no value's first byte is 0xFF, whichever way it is sorted.</summary>
    public static readonly byte[] End = [0xFF];

    /// <summary>The first byte string after all that start with this one.</summary>
    public static byte[] Successor(ReadOnlySpan<byte> key)
    {
        var length = key.Length;
        while (length > 0 && key[length - 1] == 0xFF)
        {
            length--;
        }

        if (length == 0)
        {
            return End;
        }

        var next = key[..length].ToArray();
        next[length - 1]++;
        return next;
    }

    public static byte[] Inverted(ReadOnlySpan<byte> key)
    {
        var inverted = key.ToArray();
        Invert(inverted);
        return inverted;
    }

    public static void Invert(Span<byte> key)
    {
        for (var i = 0; i < key.Length; i++)
        {
            key[i] = (byte)~key[i];
        }
    }

    public static int Compare(byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b);

    public static byte[] Join(byte[] prefix, byte[] rest) => [.. prefix, .. rest];
}
