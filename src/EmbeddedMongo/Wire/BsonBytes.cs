using System.Buffers.Binary;
using System.Text.Unicode;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace Visuels.EmbeddedMongo.Wire;

/// <summary>BSON as bytes: checked before it is decoded, because a decoder that recurses can be made to overflow its stack.</summary>
internal static class BsonBytes
{
    public const int MaxDocumentSize = 16 * 1024 * 1024;
    public const int MaxInternalSize = MaxDocumentSize + (16 * 1024);
    private const int MaxDepth = 100;
    private const int CodeWithScope = 0x0F;

    // A command nests around the documents in it, and a result around what is stored.
    public const int MaxCommandDepth = 2 * MaxDepth;
    private static readonly BsonBinaryWriterSettings WriterSettings = new() { MaxSerializationDepth = 4 * MaxDepth, FixOldBinarySubTypeOnOutput = false };

#pragma warning disable CS0618 // Obsolete in new data, but a store does not change what it is given.
    public const BsonBinarySubType OldBinary = BsonBinarySubType.OldBinary;
#pragma warning restore CS0618

    public static BsonDocument Decode(ReadOnlySpan<byte> bytes) => new BsonDecoder(bytes).Document();

    public static BsonDocument Decode(ReadOnlySpan<byte> bytes, FieldSet wanted) => new BsonDecoder(bytes).Document(wanted);

    /// <summary>Checks and decodes what a client sent.</summary>
    public static BsonDocument DecodeUntrusted(ReadOnlyMemory<byte> bytes)
    {
        Check(bytes.Span);
        try
        {
            return Decode(bytes.Span);
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException or ArgumentException or EndOfStreamException or OverflowException)
        {
            throw Invalid(error.Message);
        }
    }

    public static byte[] Encode(BsonDocument document)
    {
        try
        {
            using var stream = new BoundedStream();

            using (var writer = new BsonBinaryWriter(stream, WriterSettings))
            {
                BsonDocumentSerializer.Instance.Serialize(BsonSerializationContext.CreateRoot(writer), document);
            }

            return stream.ToArray();
        }
        catch (BsonSerializationException)
        {
            throw TooDeep();
        }
    }

    /// <summary>The bytes of a document that a query answers with.</summary>
    public static byte[] EncodeResult(BsonDocument document)
    {
        var bytes = Encode(document);
        return bytes.Length <= MaxInternalSize ? bytes : throw TooLarge(bytes.Length);
    }

    /// <summary>The bytes of a document to be stored. MongoDB has a code of its own for each way to make one too large.</summary>
    public static byte[] Encode(BsonDocument document, int codeIfTooLarge, string what)
    {
        var bytes = Encode(document);
        return bytes.Length <= MaxDocumentSize ? bytes
            : bytes.Length > MaxInternalSize ? throw TooLarge(bytes.Length)
            : throw new MongoError(codeIfTooLarge, codeIfTooLarge == 2 ? "BadValue" : $"Location{codeIfTooLarge}", $"{what} is larger than {MaxDocumentSize}");
    }

    /// <summary>No document anywhere may be larger than what is stored and a little around it.</summary>
    public static MongoError TooLarge(int size) =>
        new(10334, "BSONObjectTooLarge", $"BSONObj size: {size} is invalid. Size must be between 0 and {MaxInternalSize}");

    /// <summary>Walks the lengths and types without recursion.</summary>
    public static void Check(ReadOnlySpan<byte> document)
    {
        Span<int> ends = stackalloc int[MaxCommandDepth + 1];
        var depth = 0;
        var at = Enter(document, 0, document.Length);
        ends[0] = document.Length;
        while (true)
        {
            var type = document[at++];
            if (type == 0)
            {
                if (at != ends[depth])
                {
                    throw Invalid("a document does not end where its length says");
                }

                if (depth == 0)
                {
                    return;
                }

                depth--;
                continue;
            }

            at = SkipString(document, at, ends[depth]);
            if (type is (byte)BsonType.Document or (byte)BsonType.Array or CodeWithScope)
            {
                if (++depth > MaxCommandDepth)
                {
                    throw TooDeep();
                }

                if (type == CodeWithScope)
                {
                    at = SkipCode(document, at, ends[depth - 1]);
                }

                var end = at + Length(document, at, ends[depth - 1], 0);
                if (end >= ends[depth - 1])
                {
                    throw Invalid("a document leaves the one around it");
                }

                ends[depth] = end;
                at = Enter(document, at, end);
            }
            else
            {
                at = SkipValue(document, type, at, ends[depth]);
            }
        }
    }

    public static int Length(ReadOnlySpan<byte> bytes, int at, int end, int extra)
    {
        if (at + 4 > end)
        {
            throw Invalid("a length is cut off");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
        return length >= 0 && length <= end - at - extra ? length + extra : throw Invalid($"a length of {length} leaves the document");
    }

    public static MongoError Invalid(string why) => new(22, "InvalidBSON", $"Invalid BSON: {why}");

    private static MongoError TooDeep() => new(15, "Overflow", $"The command exceeds {MaxCommandDepth} levels of nesting");

    private static int Enter(ReadOnlySpan<byte> bytes, int at, int end)
    {
        if (end - at < 5 || BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]) != end - at)
        {
            throw Invalid("a document's length is wrong");
        }

        return at + 4;
    }

    // A code with scope is a length, a string and a document: the length must agree with both.
    private static int SkipCode(ReadOnlySpan<byte> bytes, int at, int end)
    {
        var stop = at + Length(bytes, at, end, 0);
        var scope = at + 4;
        scope += Length(bytes, scope, stop, 4);
        return scope + Length(bytes, scope, stop, 0) == stop ? scope : throw Invalid("a code with scope has the wrong length");
    }

    private static int SkipString(ReadOnlySpan<byte> bytes, int at, int end)
    {
        var length = bytes[at..end].IndexOf((byte)0);
        return length >= 0 ? at + length + 1 : throw Invalid("a name is not terminated");
    }

    private static int SkipValue(ReadOnlySpan<byte> bytes, byte type, int at, int end)
    {
        var next = (BsonType)type switch
        {
            BsonType.Double or BsonType.DateTime or BsonType.Int64 or BsonType.Timestamp => at + 8,
            BsonType.String or BsonType.JavaScript or BsonType.Symbol => SkipText(bytes, at, end),
            BsonType.Binary => at + Length(bytes, at, end, 5),
            BsonType.ObjectId => at + 12,
            BsonType.Boolean => at + 1,
            BsonType.RegularExpression => SkipString(bytes, SkipString(bytes, at, end), end),
            (BsonType)0x0C => SkipText(bytes, at, end) + 12,
            BsonType.Int32 => at + 4,
            BsonType.Decimal128 => at + 16,
            BsonType.Null or BsonType.Undefined or BsonType.MaxKey => at,
            _ when type == 0xFF => at,
            _ => throw Invalid($"unknown type {type}"),
        };
        return next < end ? next : throw Invalid("a value is cut off");
    }

    private static int SkipText(ReadOnlySpan<byte> bytes, int at, int end)
    {
        var next = at + Length(bytes, at, end, 4);
        return next > at + 4 && bytes[next - 1] == 0 && Utf8.IsValid(bytes[(at + 4)..(next - 1)])
            ? next
            : throw Invalid("a string is not terminated UTF-8");
    }

}
