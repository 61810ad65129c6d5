using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>
/// Writes BSON values so that comparing the bytes compares the values in MongoDB's order across types, and so that equal
/// values (1, 1.0 and NumberDecimal("1"), or strings that a collation holds for equal) have equal bytes. No value's bytes are a prefix of another's.
/// </summary>
internal sealed class KeyWriter(Collation collation)
{
    private byte[] _bytes = new byte[48];
    private int _length;

    /// <summary>One value as an ascending key.</summary>
    public static byte[] Encode(BsonValue value, Collation? collation = null) =>
        new KeyWriter(collation ?? Collation.Simple).Add(value, descending: false).ToArray();

    public KeyWriter Add(BsonValue value, bool descending)
    {
        var start = _length;
        Write(value);
        if (descending)
        {
            KeyBytes.Invert(_bytes.AsSpan(start, _length - start));
        }

        return this;
    }

    public byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

    private void Write(BsonValue value)
    {
        Byte(TypeRank.Of(value.BsonType));
        switch (value.BsonType)
        {
            case BsonType.Double or BsonType.Int32 or BsonType.Int64 or BsonType.Decimal128:
                NumberKey.Write(value, Span(NumberKey.FixedSize), out var refinement);
                Bytes(refinement);
                break;
            case BsonType.String when !collation.IsSimple:
                Bytes(collation.Key(value.AsString));
                break;
            case BsonType.String:
                Terminated(value.AsString);
                break;
            case BsonType.Symbol when !collation.IsSimple:
                throw new MongoError(201, "CannotBuildIndexKeys", $"Cannot index type Symbol with a collation. Index collation: {collation.Document}");
            case BsonType.Symbol:
                Terminated(value.AsBsonSymbol.Name);
                break;
            case BsonType.JavaScript:
                Terminated(value.AsBsonJavaScript.Code);
                break;
            case BsonType.JavaScriptWithScope:
                Terminated(value.AsBsonJavaScriptWithScope.Code);
                var scope = new KeyWriter(Collation.Simple);
                scope.Elements(value.AsBsonJavaScriptWithScope.Scope);
                Bytes(scope.ToArray());
                break;
            case BsonType.RegularExpression:
                Terminated(value.AsBsonRegularExpression.Pattern);
                Terminated(value.AsBsonRegularExpression.Options);
                break;
            case BsonType.Document:
                Elements(value.AsBsonDocument);
                break;
            case BsonType.Array:
                foreach (var item in value.AsBsonArray)
                {
                    Write(item);
                }

                Byte(0);
                break;
            case BsonType.Binary:
                var binary = value.AsBsonBinaryData;
                BinaryPrimitives.WriteInt32BigEndian(Span(4), binary.Bytes.Length);
                Byte((byte)binary.SubType);
                Bytes(binary.Bytes);
                break;
            case BsonType.ObjectId:
                Bytes(value.AsObjectId.ToByteArray());
                break;
            case BsonType.Boolean:
                Byte(value.AsBoolean ? (byte)1 : (byte)0);
                break;
            case BsonType.DateTime:
                BinaryPrimitives.WriteInt64BigEndian(Span(8), value.AsBsonDateTime.MillisecondsSinceEpoch ^ long.MinValue);
                break;
            case BsonType.Timestamp:
                BinaryPrimitives.WriteInt64BigEndian(Span(8), value.AsBsonTimestamp.Value);
                break;
        }
    }

    // Type before name before value: the order in which MongoDB compares documents.
    private void Elements(BsonDocument document)
    {
        foreach (var element in document)
        {
            Byte(TypeRank.Of(element.Value.BsonType));
            Terminated(element.Name);
            Write(element.Value);
        }

        Byte(0);
    }

    // A zero byte inside a text is followed by 0xFF, the end by 0x00.
    private void Terminated(string text)
    {
        var start = _length;
        Encoding.UTF8.GetBytes(text, Span(Encoding.UTF8.GetByteCount(text)));
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            var plain = _bytes.AsSpan(start, _length - start).ToArray();
            _length = start;
            foreach (var one in plain)
            {
                Byte(one);
                if (one == 0)
                {
                    Byte(0xFF);
                }
            }
        }

        Byte(0);
        Byte(0);
    }

    private void Byte(byte value) => Span(1)[0] = value;

    private void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Span(bytes.Length));

    private Span<byte> Span(int size)
    {
        if (_length + size > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + size));
        }

        _length += size;
        return _bytes.AsSpan(_length - size, size);
    }
}
