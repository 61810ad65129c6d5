using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Wire;

/// <summary>One connection's reply in the making. Documents that are already BSON are copied in, not decoded.</summary>
internal sealed class ReplyBuffer
{
    private const int OpReply = 1;
    private const int OpMsg = 2013;
    private const int HeaderSize = WireMessage.HeaderSize;
    private const int KeepAtMost = 1024 * 1024;
    private byte[] _bytes = new byte[4096];
    private int _bodyStart;

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Message => _bytes.AsMemory(0, Length);

    public void Begin(int requestId, int responseTo, bool legacy)
    {
        _bodyStart = legacy ? 36 : 21;
        _bytes.AsSpan(0, _bodyStart).Clear();
        Length = _bodyStart;
        Put(4, requestId);
        Put(8, responseTo);
        Put(12, legacy ? OpReply : OpMsg);
        if (legacy)
        {
            Put(32, 1);
        }
    }

    /// <summary>Drops what a command had written before it failed.</summary>
    public void Rewind() => Length = _bodyStart;

    /// <summary>After a reply has been sent: an idle connection keeps no large buffer.</summary>
    public void Trim()
    {
        if (_bytes.Length > KeepAtMost)
        {
            _bytes = new byte[4096];
        }
    }

    public void Finish(bool withChecksum)
    {
        if (!withChecksum)
        {
            Put(0, Length);
            return;
        }

        Grow(Checksum.Size);
        Put(0, Length + Checksum.Size);
        _bytes[HeaderSize] |= 1;
        Put(Length, (int)Checksum.Of(_bytes.AsSpan(0, Length)));
        Length += Checksum.Size;
    }

    public int OpenDocument()
    {
        Grow(4);
        Length += 4;
        return Length - 4;
    }

    public int OpenDocument(string name, BsonType type = BsonType.Document)
    {
        Name(type, name);
        return OpenDocument();
    }

    public void Close(int start)
    {
        Grow(1);
        _bytes[Length++] = 0;
        Put(start, Length - start);
    }

    public void Write(string name, long value)
    {
        Name(BsonType.Int64, name);
        Grow(8);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(Length), value);
        Length += 8;
    }

    public void Write(string name, double value)
    {
        Name(BsonType.Double, name);
        Grow(8);
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.AsSpan(Length), value);
        Length += 8;
    }

    public void Write(string name, string value)
    {
        Name(BsonType.String, name);
        var size = Encoding.UTF8.GetByteCount(value) + 1;
        Grow(4 + size);
        Put(Length, size);
        Encoding.UTF8.GetBytes(value, _bytes.AsSpan(Length + 4));
        Length += 4 + size;
        _bytes[Length - 1] = 0;
    }

    public void WriteElement(int index, ReadOnlySpan<byte> document)
    {
        Grow(12 + document.Length);
        _bytes[Length++] = (byte)BsonType.Document;
        index.TryFormat(_bytes.AsSpan(Length), out var digits, provider: CultureInfo.InvariantCulture);
        Length += digits;
        _bytes[Length++] = 0;
        document.CopyTo(_bytes.AsSpan(Length));
        Length += document.Length;
    }

    public void Write(BsonDocument document)
    {
        var bytes = BsonBytes.Encode(document);
        Grow(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    private void Name(BsonType type, string name)
    {
        Grow(2 + name.Length);
        _bytes[Length++] = (byte)type;
        Length += Encoding.ASCII.GetBytes(name, _bytes.AsSpan(Length));
        _bytes[Length++] = 0;
    }

    private void Put(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(at), value);

    private void Grow(int extra)
    {
        if (Length + extra > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + extra));
        }
    }
}
