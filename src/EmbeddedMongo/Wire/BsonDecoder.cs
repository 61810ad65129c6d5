using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Wire;

/// <summary>
/// Makes values of BSON that has been checked. The driver's reader takes several times as long, and it changes what it reads:
/// old binaries become plain ones, and a certain date another.
/// </summary>
internal ref struct BsonDecoder(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public BsonDocument Document()
    {
        _at += 4;
        var document = new BsonDocument();
        while (_bytes[_at++] is not 0 and var type)
        {
            var name = FieldNames.Get(CString());
            document.Add(name, Value(type));
        }

        return document;
    }

    /// <summary>Only some of the fields.</summary>
    public BsonDocument Document(FieldSet wanted)
    {
        _at += 4;
        var document = new BsonDocument();
        while (document.ElementCount < wanted.Count && _bytes[_at++] is not 0 and var type)
        {
            if (wanted.Find(CString()) is { } name)
            {
                document.Add(name, Value(type));
            }
            else
            {
                Skip(type);
            }
        }

        return document;
    }

    private BsonValue Value(byte type) => (BsonType)type switch
    {
        BsonType.Double => Number.Real(BitConverter.Int64BitsToDouble(Int64())),
        BsonType.String => Text(),
        BsonType.Document => Document(),
        BsonType.Array => Array(),
        BsonType.Binary => Binary(),
        BsonType.Undefined => BsonUndefined.Value,
        BsonType.ObjectId => new ObjectId(Take(12).ToArray()),
        BsonType.Boolean => Boolean(),
        BsonType.DateTime => new BsonDateTime(Int64()),
        BsonType.Null => BsonNull.Value,
        BsonType.RegularExpression => new BsonRegularExpression(Strict.GetString(CString()), Strict.GetString(CString())),
        BsonType.JavaScript => new BsonJavaScript(Text()),
        BsonType.Symbol => BsonSymbol.Create(Text()),
        BsonType.JavaScriptWithScope => CodeWithScope(),
        BsonType.Int32 => Int32(),
        BsonType.Timestamp => new BsonTimestamp(Int64()),
        BsonType.Int64 => Int64(),
        BsonType.Decimal128 => Decimal(),
        BsonType.MaxKey => BsonMaxKey.Value,
        _ when type == 0xFF => BsonMinKey.Value,
        _ => throw new FormatException($"unknown type {type}"),
    };

    private void Skip(byte type)
    {
        if (type == (byte)BsonType.RegularExpression)
        {
            CString();
            CString();
            return;
        }

        Take((BsonType)type switch
        {
            BsonType.Double or BsonType.DateTime or BsonType.Int64 or BsonType.Timestamp => 8,
            BsonType.String or BsonType.JavaScript or BsonType.Symbol => 4 + NextLength,
            BsonType.Document or BsonType.Array or BsonType.JavaScriptWithScope => NextLength,
            BsonType.Binary => 5 + NextLength,
            BsonType.ObjectId => 12,
            BsonType.Boolean => 1,
            BsonType.Int32 => 4,
            BsonType.Decimal128 => 16,
            _ => 0,
        });
    }

    private readonly int NextLength => BinaryPrimitives.ReadInt32LittleEndian(_bytes[_at..]);

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }

    private ReadOnlySpan<byte> CString()
    {
        var text = Take(_bytes[_at..].IndexOf((byte)0));
        _at++;
        return text;
    }

    private int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    private long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    private string Text()
    {
        var text = Take(Int32());
        return Encoding.UTF8.GetString(text[..^1]);
    }

    private BsonArray Array()
    {
        _at += 4;
        var array = new BsonArray();
        while (_bytes[_at++] is not 0 and var type)
        {
            CString();
            array.Add(Value(type));
        }

        return array;
    }

    private BsonBinaryData Binary()
    {
        var length = Int32();
        var type = (BsonBinarySubType)Take(1)[0];
        if (type == BsonBytes.OldBinary)
        {
            if (Int32() != length - 4)
            {
                throw new FormatException("an old binary has two lengths that disagree");
            }

            length -= 4;
        }

        return new BsonBinaryData(Take(length).ToArray(), type);
    }

    private BsonBoolean Boolean() => Take(1)[0] switch
    {
        0 => BsonBoolean.False,
        1 => BsonBoolean.True,
        _ => throw new FormatException("a boolean is neither false nor true"),
    };

    private BsonJavaScriptWithScope CodeWithScope()
    {
        _at += 4;
        return new BsonJavaScriptWithScope(Text(), Document());
    }

    private BsonDecimal128 Decimal()
    {
        var low = (ulong)Int64();
        return new BsonDecimal128(Decimal128.FromIEEEBits((ulong)Int64(), low));
    }
}
