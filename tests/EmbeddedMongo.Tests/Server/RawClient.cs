using System.Buffers.Binary;
using System.Net.Sockets;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>A client that says exactly what it is told to, sound or not.</summary>
internal sealed class RawClient : IDisposable
{
    public const int OpMsg = 2013;
    private static readonly BsonBinaryWriterSettings Deep = new() { MaxSerializationDepth = 300 };
    private readonly TcpClient _socket = new();

    public NetworkStream Stream { get; private set; } = null!;

    public static async Task<RawClient> ConnectAsync(int port)
    {
        var client = new RawClient();
        await client._socket.ConnectAsync("127.0.0.1", port, Find.Ct);
        client.Stream = client._socket.GetStream();
        return client;
    }

    public static byte[] Message(int opcode, byte[] rest)
    {
        var message = new byte[16 + rest.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), 1);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), opcode);
        rest.CopyTo(message, 16);
        return message;
    }

    public static byte[] Command(string command, string database = "tests", byte flags = 0)
    {
        var document = BsonDocument.Parse(command);
        document["$db"] = database;
        return Message(OpMsg, [flags, 0, 0, 0, 0, .. document.ToBson(writerSettings: Deep)]);
    }

    public async Task<BsonDocument> RunAsync(string command, string database = "tests")
    {
        await SendAsync(Command(command, database));
        return await ReadAsync();
    }

    /// <summary>The code a command is refused with; 0 if it is not.</summary>
    public async Task<int> CodeAsync(string command, string database = "tests") =>
        (await RunAsync(command, database)).GetValue("code", 0).ToInt32();

    public ValueTask SendAsync(byte[] bytes) => Stream.WriteAsync(bytes, Find.Ct);

    public async Task<BsonDocument> ReadAsync()
    {
        var header = new byte[16];
        await Stream.ReadExactlyAsync(header, Find.Ct);
        var rest = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) - 16];
        await Stream.ReadExactlyAsync(rest, Find.Ct);
        return BsonSerializer.Deserialize<BsonDocument>(rest[(BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12)) == OpMsg ? 5 : 20)..]);
    }

    /// <summary>Whether the server closes the connection before long.</summary>
    public async Task<bool> IsClosedAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Find.Ct);
        patience.CancelAfter(Testing.Eventually.Patience);
        try
        {
            return await Stream.ReadAsync(new byte[1], patience.Token) == 0;
        }
        catch (IOException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void StopSending() => _socket.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Closes with a reset, which leaves no port occupied on this side.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        Dispose();
    }

    public void Dispose() => _socket.Dispose();
}
