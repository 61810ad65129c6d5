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

    /// <summary>Documents sent beside the body, by the name of the field they stand for.</summary>
    public Dictionary<string, List<ReadOnlyMemory<byte>>> Sequences { get; }

    public string CommandName => Body.GetElement(0).Name;

    /// <summary>Throws <see cref="InvalidDataException"/> where the framing is broken, and <see cref="MongoError"/> where the BSON inside is.</summary>
    public static WireMessage Parse(ReadOnlyMemory<byte> message)
    {
        var header = message.Span;
        var requestId = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        return BinaryPrimitives.ReadInt32LittleEndian(header[12..]) switch
        {
            OpQuery => ParseQuery(requestId, message[HeaderSize..]),
            OpMsg => ParseMsg(requestId, message[HeaderSize..]),
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

        var documents = rest[(4 + end + 9)..];
        var body = BsonBytes.DecodeUntrusted(documents[..DocumentLength(documents)]);
        body["$db"] = Encoding.UTF8.GetString(collection[..(end - ".$cmd".Length)]);
        return Checked(new WireMessage(requestId, body, isLegacy: true, expectsReply: true, []));
    }

    private static WireMessage ParseMsg(int requestId, ReadOnlyMemory<byte> rest)
    {
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(rest.Span);
        if ((flags & RequiredBits & ~(ChecksumPresent | MoreToCome)) != 0)
        {
            throw new InvalidDataException("unknown flags");
        }

        if ((flags & ChecksumPresent) != 0)
        {
            rest = rest[..^4];
        }

        rest = rest[4..];
        BsonDocument? body = null;
        var sequences = new Dictionary<string, List<ReadOnlyMemory<byte>>>();
        while (!rest.IsEmpty)
        {
            var kind = rest.Span[0];
            rest = rest[1..];
            var length = DocumentLength(rest);
            if (kind == 0 && body is null)
            {
                body = BsonBytes.DecodeUntrusted(rest[..length]);
            }
            else if (kind != 1 || !AddSequence(sequences, rest[4..length]))
            {
                throw new InvalidDataException("malformed section");
            }

            rest = rest[length..];
        }

        return Checked(new WireMessage(requestId, body ?? throw new InvalidDataException("no body"), false, (flags & MoreToCome) == 0, sequences));
    }

    private static bool AddSequence(Dictionary<string, List<ReadOnlyMemory<byte>>> sequences, ReadOnlyMemory<byte> section)
    {
        var end = section.Span.IndexOf((byte)0);
        if (end < 0)
        {
            return false;
        }

        var documents = new List<ReadOnlyMemory<byte>>();
        var name = Encoding.UTF8.GetString(section.Span[..end]);
        section = section[(end + 1)..];
        while (!section.IsEmpty)
        {
            var length = DocumentLength(section);
            documents.Add(section[..length]);
            section = section[length..];
        }

        return sequences.TryAdd(name, documents);
    }

    private static int DocumentLength(ReadOnlyMemory<byte> at)
    {
        var length = at.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(at.Span) : -1;
        return length >= 5 && length <= at.Length ? length : throw new InvalidDataException("a length is wrong");
    }

    private static WireMessage Checked(WireMessage message) =>
        message.Body.ElementCount > 0 ? message : throw new InvalidDataException("an empty command");
}
