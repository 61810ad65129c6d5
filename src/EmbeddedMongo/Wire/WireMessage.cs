using System.Buffers.Binary;
using System.Text;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Wire;

/// <summary>One request as it came over the socket.</summary>
internal sealed class WireMessage
{
    public const int HeaderSize = 16;
    public const int MaxSize = 48_000_000;
    private const int OpQuery = 2004;
    private const int OpMsg = 2013;
    private const uint ChecksumPresent = 1;
    private const uint MoreToCome = 2;
    private const uint RequiredBits = 0xFFFF;

    private WireMessage(int requestId, BsonDocument body, bool isLegacy, bool expectsReply, Dictionary<string, List<ReadOnlyMemory<byte>>> sequences)
    {
        RequestId = requestId;
        Body = body;
        IsLegacy = isLegacy;
        ExpectsReply = expectsReply;
        Sequences = sequences;
    }

    public int RequestId { get; }

    public BsonDocument Body { get; }

    /// <summary>Came as OP_QUERY, as drivers send their first message, and is answered as OP_REPLY.</summary>
    public bool IsLegacy { get; }

    public bool ExpectsReply { get; }

    /// <summary>Came with a checksum, and so does its reply.</summary>
    public bool HasChecksum { get; private init; }

    /// <summary>Documents sent beside the body, by the name of the field they stand for.</summary>
    public Dictionary<string, List<ReadOnlyMemory<byte>>> Sequences { get; }

    /// <summary>Another command in the place of this one.</summary>
    public WireMessage With(BsonDocument body) => new(RequestId, body, IsLegacy, ExpectsReply, []);

    public string CommandName => Body.GetElement(0).Name;

    /// <summary>Throws <see cref="InvalidDataException"/> where the framing is broken, and <see cref="MongoError"/> where the BSON inside is.</summary>
    public static WireMessage Parse(ReadOnlyMemory<byte> message)
    {
        var header = message.Span;
        var requestId = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        return BinaryPrimitives.ReadInt32LittleEndian(header[12..]) switch
        {
            OpQuery => ParseQuery(requestId, message[HeaderSize..]),
            OpMsg => ParseMsg(requestId, message),
            var other => throw new InvalidDataException($"opcode {other}"),
        };
    }

    private static WireMessage ParseQuery(int requestId, ReadOnlyMemory<byte> rest)
    {
        var collection = rest.Span[4..];
        var end = collection.IndexOf((byte)0);
        if (end < 0 || !collection[..end].EndsWith(".$cmd"u8) || collection.Length < end + 9)
        {
            throw new InvalidDataException("not a command");
        }

        var body = Decode(rest[(4 + end + 9)..], out _);
        if (body.ElementCount > 0 && body.GetElement(0) is { Name: "$query" or "query", Value: BsonDocument inner })
        {
            body = inner;
        }

        body["$db"] = Encoding.UTF8.GetString(collection[..(end - ".$cmd".Length)]);
        return Checked(new WireMessage(requestId, body, isLegacy: true, expectsReply: true, []));
    }

    private static WireMessage ParseMsg(int requestId, ReadOnlyMemory<byte> message)
    {
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(message.Span[HeaderSize..]);
        if ((flags & RequiredBits & ~(ChecksumPresent | MoreToCome)) != 0)
        {
            throw new InvalidDataException("unknown flags");
        }

        var hasChecksum = (flags & ChecksumPresent) != 0;
        if (hasChecksum && Checksum.Of(message.Span[..^Checksum.Size]) != BinaryPrimitives.ReadUInt32LittleEndian(message.Span[^Checksum.Size..]))
        {
            throw new InvalidDataException("the checksum is another one");
        }

        var rest = message[(HeaderSize + 4)..(hasChecksum ? ^Checksum.Size : ^0)];
        BsonDocument? body = null;
        var sequences = new Dictionary<string, List<ReadOnlyMemory<byte>>>();
        while (!rest.IsEmpty)
        {
            var kind = rest.Span[0];
            rest = rest[1..];
            int length;
            if (kind == 0)
            {
                body = body is null ? Decode(rest, out length) : throw Located(40430, "Multiple body sections in message");
            }
            else if (kind == 1)
            {
                length = DocumentLength(rest);
                AddSequence(sequences, rest[4..length]);
            }
            else
            {
                throw Located(40432, $"Unknown section kind {kind}");
            }

            rest = rest[length..];
        }

        if (body is null)
        {
            throw Located(40587, "OP_MSG messages must have a body");
        }

        return sequences.Keys.FirstOrDefault(body.Contains) is { } twice
            ? throw Located(40433, $"Duplicate field between body and document sequence {twice}")
            : Checked(new WireMessage(requestId, body, false, (flags & MoreToCome) == 0, sequences) { HasChecksum = hasChecksum });
    }

    private static void AddSequence(Dictionary<string, List<ReadOnlyMemory<byte>>> sequences, ReadOnlyMemory<byte> section)
    {
        var end = section.Span.IndexOf((byte)0);
        if (end < 0)
        {
            throw new InvalidDataException("a section without a name");
        }

        var documents = new List<ReadOnlyMemory<byte>>();
        var name = Encoding.UTF8.GetString(section.Span[..end]);
        section = section[(end + 1)..];
        while (!section.IsEmpty)
        {
            var length = DocumentLength(section);
            documents.Add(length <= BsonBytes.MaxInternalSize ? section[..length] : throw BsonBytes.TooLarge(length));
            section = section[length..];
        }

        if (!sequences.TryAdd(name, documents))
        {
            throw Located(40431, $"Duplicate document sequence: {name}");
        }
    }

    private static BsonDocument Decode(ReadOnlyMemory<byte> at, out int length)
    {
        length = DocumentLength(at);
        return length <= BsonBytes.MaxInternalSize ? BsonBytes.DecodeUntrusted(at[..length]) : throw BsonBytes.TooLarge(length);
    }

    private static int DocumentLength(ReadOnlyMemory<byte> at)
    {
        var length = at.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(at.Span) : -1;
        return length >= 5 && length <= at.Length ? length : throw new InvalidDataException("a length is wrong");
    }

    private static MongoError Located(int code, string message) => new(code, $"Location{code}", message);

    private static WireMessage Checked(WireMessage message) =>
        message.Body.ElementCount > 0 ? message : throw new InvalidDataException("an empty command");
}
