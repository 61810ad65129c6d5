using System.Buffers.Binary;
using System.Net.Sockets;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>What arrives at the socket need not come from a driver.</summary>
public sealed class WireTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const int OpMsg = 2013;

    [Fact]
    public async Task Random_bytes_end_their_own_connection_at_most()
    {
        var random = new Random(4711);
        for (var i = 0; i < 200; i++)
        {
            using var socket = await ConnectAsync();
            var garbage = new byte[random.Next(1, 400)];
            random.NextBytes(garbage);
            if (i % 2 == 0)
            {
                // A believable header, so that the bytes get further in.
                garbage = Message(random.Next(2) == 0 ? OpMsg : 2004, garbage);
            }

            await socket.GetStream().WriteAsync(garbage, Find.Ct);
        }

        Assert.Equal(1, (await server.RunAsync("{ping: 1}"))["ok"].ToInt32());
    }

    [Fact]
    public async Task A_good_message_with_any_byte_changed_never_stops_the_server()
    {
        var command = BsonDocument.Parse("{insert: 'wire', documents: [{_id: {a: [1, 'x', null]}, b: {$binary: {base64: 'AAAA', subType: '00'}}}], $db: 'tests'}").ToBson();
        var good = Message(OpMsg, [0, 0, 0, 0, 0, .. command]);
        var random = new Random(42);
        for (var i = 0; i < 600; i++)
        {
            using var socket = await ConnectAsync();
            var bad = good.ToArray();
            bad[4 + (i % (bad.Length - 4))] ^= (byte)random.Next(1, 256);
            await socket.GetStream().WriteAsync(bad, Find.Ct);
            socket.Client.Shutdown(SocketShutdown.Send);
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
        using var socket = await ConnectAsync();
        var header = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(header, length);
        await socket.GetStream().WriteAsync(header, Find.Ct);

        Assert.True(await IsClosedAsync(socket));
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
        using var socket = await ConnectAsync();
        await socket.GetStream().WriteAsync(Message(OpMsg, [0, 0, 0, 0, 0, .. bytes]), Find.Ct);

        Assert.Equal(15, (await ReadReplyAsync(socket))["code"].ToInt32());
    }

    [Fact]
    public async Task Checksums_document_sequences_and_messages_without_reply_are_understood()
    {
        using var socket = await ConnectAsync();
        var insert = BsonDocument.Parse("{insert: 'sequences', $db: 'tests'}").ToBson();
        byte[] documents = [.. new BsonDocument("_id", 1).ToBson(), .. new BsonDocument("_id", 2).ToBson()];
        byte[] name = [.. "documents\0"u8];
        byte[] section = [1, .. BitConverter.GetBytes(4 + name.Length + documents.Length), .. name, .. documents];
        byte[] quiet = [2, 0, 0, 0, .. section, 0, .. insert];
        byte[] withChecksum = [1, 0, 0, 0, 0, .. BsonDocument.Parse("{count: 'sequences', $db: 'tests'}").ToBson(), 9, 9, 9, 9];

        await socket.GetStream().WriteAsync(Message(OpMsg, quiet), Find.Ct);
        await socket.GetStream().WriteAsync(Message(OpMsg, withChecksum), Find.Ct);

        Assert.Equal(2, (await ReadReplyAsync(socket))["n"].ToInt32());
    }

    [Fact]
    public async Task A_message_may_come_byte_by_byte()
    {
        using var socket = await ConnectAsync();
        foreach (var one in Message(OpMsg, [0, 0, 0, 0, 0, .. BsonDocument.Parse("{ping: 1, $db: 'tests'}").ToBson()]))
        {
            await socket.GetStream().WriteAsync(new[] { one }, Find.Ct);
        }

        Assert.Equal(1.0, (await ReadReplyAsync(socket))["ok"]);
    }

    [Fact]
    public async Task A_write_of_nearly_forty_eight_megabytes_goes_through()
    {
        var things = server.NewCollection();

        await things.InsertManyAsync(Enumerable.Range(0, 3).Select(i => new BsonDocument { { "_id", i }, { "text", new string('x', 15_900_000) } }), cancellationToken: Find.Ct);

        Assert.Equal(3, await things.CountDocumentsAsync("{}", cancellationToken: Find.Ct));
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_idle_clients()
    {
        var other = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions(), Find.Ct);
        using var client = new MongoClient(other.ConnectionString);
        await client.GetDatabase("x").RunCommandAsync<BsonDocument>("{ping: 1}", cancellationToken: Find.Ct);
        using var idle = new TcpClient();
        await idle.ConnectAsync("127.0.0.1", other.Port, Find.Ct);

        await other.DisposeAsync();

        Assert.True(await IsClosedAsync(idle));
        Assert.False(Directory.Exists(other.DataFolder));
    }

    private static byte[] Message(int opcode, byte[] rest)
    {
        var message = new byte[16 + rest.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), 1);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), opcode);
        rest.CopyTo(message, 16);
        return message;
    }

    private static async Task<BsonDocument> ReadReplyAsync(TcpClient socket)
    {
        var header = new byte[16];
        await socket.GetStream().ReadExactlyAsync(header, Find.Ct);
        var rest = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) - 16];
        await socket.GetStream().ReadExactlyAsync(rest, Find.Ct);
        return MongoDB.Bson.Serialization.BsonSerializer.Deserialize<BsonDocument>(rest[5..]);
    }

    private static async Task<bool> IsClosedAsync(TcpClient socket)
    {
        try
        {
            return await socket.GetStream().ReadAsync(new byte[1], Find.Ct) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", server.Port, Find.Ct);
        return socket;
    }
}
