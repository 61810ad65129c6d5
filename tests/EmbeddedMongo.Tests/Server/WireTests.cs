using System.Buffers.Binary;
using CsCheck;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>What arrives at the socket need not come from a driver.</summary>
public sealed class WireTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    [Fact]
    public async Task Random_bytes_end_their_own_connection_at_most()
    {
        var random = new Random(4711);
        for (var i = 0; i < 200; i++)
        {
            using var client = await RawClient.ConnectAsync(server.Port);
            var garbage = new byte[random.Next(1, 400)];
            random.NextBytes(garbage);
            if (i % 2 == 0)
            {
                // A believable header, so that the bytes get further in.
                garbage = RawClient.Message(random.Next(2) == 0 ? RawClient.OpMsg : 2004, garbage);
            }

            await client.SendAsync(garbage);
        }

        Assert.Equal(1, (await server.RunAsync("{ping: 1}"))["ok"].ToInt32());
    }

    [Fact]
    public async Task A_good_message_with_any_byte_changed_never_stops_the_server()
    {
        var command = BsonDocument.Parse("{insert: 'wire', documents: [{_id: {a: [1, 'x', null]}, b: {$binary: {base64: 'AAAA', subType: '00'}}}], $db: 'tests'}").ToBson();
        var good = RawClient.Message(RawClient.OpMsg, [0, 0, 0, 0, 0, .. command]);
        var random = new Random(42);
        for (var i = 0; i < 600; i++)
        {
            using var client = await RawClient.ConnectAsync(server.Port);
            var bad = good.ToArray();
            bad[4 + (i % (bad.Length - 4))] ^= (byte)random.Next(1, 256);
            await client.SendAsync(bad);
            client.StopSending();
        }

        Assert.Equal(1, (await server.RunAsync("{ping: 1}"))["ok"].ToInt32());
    }

    [Theory]
    [InlineData(48_000_001)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(15)]
    public async Task A_length_no_message_can_have_closes_the_connection(int length)
    {
        using var client = await RawClient.ConnectAsync(server.Port);
        var header = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        await client.SendAsync(header);

        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task A_document_nested_a_hundred_thousand_times_is_refused_not_fatal()
    {
        const int Depth = 100_000;
        var bytes = new byte[(Depth * 8) + 5];
        for (var i = 0; i < Depth; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * 7), bytes.Length - (i * 8));
            bytes[(i * 7) + 4] = 3;
            bytes[(i * 7) + 5] = (byte)'a';
        }

        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(Depth * 7), 5);
        using var client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync(RawClient.Message(RawClient.OpMsg, [0, 0, 0, 0, 0, .. bytes]));

        Assert.Equal(15, (await client.ReadAsync())["code"].ToInt32());
    }

    [Fact]
    public async Task Document_sequences_before_the_body_and_messages_without_reply_are_understood()
    {
        using var client = await RawClient.ConnectAsync(server.Port);
        var insert = BsonDocument.Parse("{insert: 'sequences', $db: 'tests'}").ToBson();
        byte[] documents = [.. new BsonDocument("_id", 1).ToBson(), .. new BsonDocument("_id", 2).ToBson()];
        byte[] name = [.. "documents\0"u8];
        byte[] section = [1, .. BitConverter.GetBytes(4 + name.Length + documents.Length), .. name, .. documents];
        byte[] quiet = [2, 0, 0, 0, .. section, 0, .. insert];
        await client.SendAsync(RawClient.Message(RawClient.OpMsg, quiet));

        Assert.Equal(2, (await client.RunAsync("{count: 'sequences'}"))["n"].ToInt32());
    }

    [Fact]
    public async Task A_checksum_is_verified_and_answered_with_one()
    {
        // "123456789" is the check value that CRC-32C is published with.
        Assert.Equal(0xE3069283, Wire.Checksum.Of("123456789"u8));
        using var client = await RawClient.ConnectAsync(server.Port);
        var good = WithChecksum(RawClient.Message(RawClient.OpMsg, [1, 0, 0, 0, 0, .. Body("{ping: 1}"), 0, 0, 0, 0]));

        await client.SendAsync(good);
        var header = new byte[16];
        await client.Stream.ReadExactlyAsync(header, Find.Ct);
        var rest = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) - 16];
        await client.Stream.ReadExactlyAsync(rest, Find.Ct);
        byte[] reply = [.. header, .. rest];

        Assert.Equal(1, rest[0]);
        Assert.Equal(reply, WithChecksum((byte[])reply.Clone()));
        good[^1] ^= 1;
        await client.SendAsync(good);
        Assert.True(await client.IsClosedAsync());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(0x8000)]
    public async Task Flags_that_must_be_understood_and_are_not_end_the_connection(int flags)
    {
        using var client = await RawClient.ConnectAsync(server.Port);

        await client.SendAsync(RawClient.Message(RawClient.OpMsg, [.. BitConverter.GetBytes(flags), 0, .. Body("{ping: 1}")]));

        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task Optional_flags_are_not_minded()
    {
        using var client = await RawClient.ConnectAsync(server.Port);

        await client.SendAsync(RawClient.Message(RawClient.OpMsg, [.. BitConverter.GetBytes(0x7FFF_0000), 0, .. Body("{hello: 1, maxAwaitTimeMS: 10}")]));
        var header = new byte[20];
        await client.Stream.ReadExactlyAsync(header, Find.Ct);

        Assert.Equal(0, BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(16)));
    }

    [Fact]
    public async Task Sections_that_make_no_command_are_refused_and_the_connection_goes_on()
    {
        using var client = await RawClient.ConnectAsync(server.Port);
        var body = Body("{insert: 'sections'}");
        var documents = Sequence("documents", new BsonDocument("_id", 1));
        async Task<int> Code(params byte[] sections)
        {
            await client.SendAsync(RawClient.Message(RawClient.OpMsg, [0, 0, 0, 0, .. sections]));
            return (await client.ReadAsync()).GetValue("code", 0).ToInt32();
        }

        Assert.Equal(40430, await Code([0, .. body, 0, .. body]));
        Assert.Equal(40431, await Code([0, .. body, .. documents, .. documents]));
        Assert.Equal(40432, await Code([2, .. body]));
        Assert.Equal(40587, await Code(documents));
        Assert.Equal(40433, await Code([0, .. Body("{insert: 'sections', documents: [{}]}"), .. documents]));
        Assert.Equal(40415, await Code([0, .. body, .. documents, .. Sequence("nonsense", new BsonDocument())]));
        Assert.Equal(40415, await Code([0, .. Body("{ping: 1}"), .. documents]));
        Assert.Equal(16, await Code([0, .. body, .. Sequence("documents", Array.Empty<byte[]>())]));
        Assert.Equal(0, await Code([0, .. body, .. documents]));
    }

    [Fact]
    public async Task OP_QUERY_is_for_the_handshake_only()
    {
        using var client = await RawClient.ConnectAsync(server.Port);
        byte[] Query(string command) => RawClient.Message(2004, [0, 0, 0, 0, .. "admin.$cmd\0"u8, 0, 0, 0, 0, 255, 255, 255, 255, .. BsonDocument.Parse(command).ToBson()]);

        await client.SendAsync(Query("{isMaster: 1}"));
        Assert.True((await client.ReadAsync())["ismaster"].AsBoolean);
        await client.SendAsync(Query("{$query: {ismaster: 1}, $readPreference: {mode: 'primary'}}"));
        Assert.True((await client.ReadAsync())["ismaster"].AsBoolean);
        await client.SendAsync(Query("{ping: 1}"));
        Assert.Equal(352, (await client.ReadAsync())["code"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2001)]
    [InlineData(2002)]
    [InlineData(2005)]
    [InlineData(2006)]
    [InlineData(2007)]
    [InlineData(2012)]
    [InlineData(99)]
    public async Task Other_opcodes_end_the_connection(int opcode)
    {
        using var client = await RawClient.ConnectAsync(server.Port);

        await client.SendAsync(RawClient.Message(opcode, [0, 0, 0, 0, .. "tests.x\0"u8, .. new byte[20]]));

        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task A_message_may_have_forty_eight_megabytes_and_a_document_sixteen_and_a_little()
    {
        using var client = await RawClient.ConnectAsync(server.Port);
        var body = Body("{insert: 'large', ordered: false}");
        byte[] large = [.. Sequence("documents", Padded(1, 16 * 1024 * 1024), Padded(2, 16 * 1024 * 1024), Padded(3, 48_000_000 - 16 - 5 - body.Length - 15 - (32 * 1024 * 1024)))];
        var message = RawClient.Message(RawClient.OpMsg, [0, 0, 0, 0, 0, .. body, .. large]);
        Assert.Equal(48_000_000, message.Length);

        await client.SendAsync(message);
        Assert.Equal(3, (await client.ReadAsync())["n"]);
        await client.SendAsync(RawClient.Message(RawClient.OpMsg, [0, 0, 0, 0, 0, .. body, .. Sequence("documents", Padded(4, (16 * 1024 * 1024) + 1), Padded(5, 100))]));
        var above = await client.ReadAsync();
        await client.SendAsync(RawClient.Message(RawClient.OpMsg, [0, 0, 0, 0, 0, .. body, .. Sequence("documents", Padded(6, (16 * 1024 * 1024) + (16 * 1024) + 1))]));

        Assert.Equal((1, 0, 2), (above["n"].AsInt32, above["writeErrors"][0]["index"].AsInt32, above["writeErrors"][0]["code"].AsInt32));
        Assert.Equal(10334, (await client.ReadAsync())["code"]);
    }

    [Fact]
    public async Task A_field_that_is_there_twice_is_refused()
    {
        using var client = await RawClient.ConnectAsync(server.Port);
        var twice = new BsonDocument(allowDuplicateNames: true) { { "_id", 1 }, { "a", 1 }, { "a", 2 } };

        await client.SendAsync(RawClient.Message(RawClient.OpMsg, [0, 0, 0, 0, 0, .. Body("{insert: 'twice'}"), .. Sequence("documents", twice)]));

        Assert.Equal(22, (await client.ReadAsync())["code"]);
    }

    [Fact]
    public void Random_sections_and_documents_never_stop_the_server()
    {
        var document = Gen.OneOf(
            Gen.Select(Gen.OneOf("insert", "find", "update", "aggregate", "x", ""), Language.Generators.Values).Select((name, value) => Encoded(new BsonDocument { { name, value }, { "$db", "tests" } })),
            Gen.Byte.Array[5, 60].Select(bytes => { BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length); return bytes; }));
        var section = Gen.Select(Gen.OneOf<byte>(0, 1, 2), Gen.OneOf("documents", "updates", "x"), document.Array[0, 3]).Select((kind, name, documents) =>
            kind == 1 ? Sequence(name, documents) : [kind, .. documents.SelectMany(d => d)]);

        Gen.Select(section.Array[1, 3], Gen.Int[0, 3], Gen.Int, Gen.Byte).Sample((sections, flags, at, flip) =>
        {
            using var client = RawClient.ConnectAsync(server.Port).GetAwaiter().GetResult();
            var message = RawClient.Message(RawClient.OpMsg, [.. BitConverter.GetBytes(flags), .. sections.SelectMany(s => s)]);
            message[16 + (int)((uint)at % (uint)(message.Length - 16))] ^= flip;
            client.Stream.Write(message);
            client.StopSending();
        }, iter: 300, threads: 1);

        using var after = new MongoClient($"mongodb://127.0.0.1:{server.Port}/?directConnection=true");
        Assert.Equal(1, after.GetDatabase("tests").RunCommand<BsonDocument>("{ping: 1}", cancellationToken: Find.Ct)["ok"].ToInt32());
    }

    private static byte[] Body(string command)
    {
        var document = BsonDocument.Parse(command);
        document["$db"] = "tests";
        return document.ToBson();
    }

    private static byte[] Encoded(BsonDocument document) => document.ToBson();

    private static byte[] Sequence(string name, params BsonDocument[] documents) => Sequence(name, documents.Select(Encoded).ToArray());

    private static byte[] Sequence(string name, byte[][] documents)
    {
        byte[] content = [.. System.Text.Encoding.UTF8.GetBytes(name), 0, .. documents.SelectMany(d => d)];
        return [1, .. BitConverter.GetBytes(4 + content.Length), .. content];
    }

    private static BsonDocument Padded(int id, int size) => new() { { "_id", id }, { "p", new BsonBinaryData(new byte[size - 4 - 1 - 9 - 3 - 5]) } };

    private static byte[] WithChecksum(byte[] message)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(message.Length - 4), Wire.Checksum.Of(message.AsSpan(0, message.Length - 4)));
        return message;
    }
}
