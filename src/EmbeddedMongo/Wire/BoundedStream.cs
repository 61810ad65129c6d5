namespace Visuels.EmbeddedMongo.Wire;

/// <summary>Expressions can share one value a million times, which only shows when it is written: the memory that takes has an end.</summary>
internal sealed class BoundedStream : MemoryStream
{
    private const int Most = 64 * 1024 * 1024;

    public override void Write(byte[] buffer, int offset, int count)
    {
        Check(count);
        base.Write(buffer, offset, count);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Check(buffer.Length);
        base.Write(buffer);
    }

    public override void WriteByte(byte value)
    {
        Check(1);
        base.WriteByte(value);
    }

    private void Check(int count)
    {
        if (Position + count > Most)
        {
            throw BsonBytes.TooLarge(Most);
        }
    }
}
