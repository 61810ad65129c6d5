using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Visuels.EmbeddedMongo.Commands;

namespace Visuels.EmbeddedMongo.Wire;

/// <summary>Reads one client's requests and answers them in order. Bytes that make no message end this connection and no other.</summary>
internal sealed class WireConnection(ConnectionContext connection, CommandRunner commands, long id)
{
    private const int SliceSize = 64 * 1024;
    private readonly ReplyBuffer _reply = new();
    private readonly string _address = connection.RemoteEndPoint?.ToString() ?? "";
    private int _replies;

    public async Task RunAsync()
    {
        var input = connection.Transport.Input;

        // Idle connections end as soon as the server stops; a command in progress is still answered.
        using var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?
            .ConnectionClosedRequested.UnsafeRegister(static pipe => ((PipeReader)pipe!).CancelPendingRead(), input);
        try
        {
            while (true)
            {
                // To the end of what was sent, even if the client has already closed: writes that want no answer are in there.
                var read = await input.ReadAsync(CancellationToken.None);
                var buffer = read.Buffer;
                while (TryTakeMessage(ref buffer, out var message))
                {
                    await AnswerAsync(message);
                }

                input.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    return;
                }
            }
        }
        catch (Exception error) when (error is InvalidDataException or IOException or OperationCanceledException or ArgumentOutOfRangeException)
        {
            // The client is gone or talks something else; there is nobody to tell.
            connection.Abort();
        }
    }

    private static bool TryTakeMessage(ref ReadOnlySequence<byte> buffer, out byte[] message)
    {
        message = [];
        if (buffer.Length < 4)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[4];
        buffer.Slice(0, 4).CopyTo(prefix);
        var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        if (length is < WireMessage.HeaderSize + 5 or > WireMessage.MaxSize)
        {
            throw new InvalidDataException("no message has this length");
        }

        if (buffer.Length < length)
        {
            return false;
        }

        message = buffer.Slice(0, length).ToArray();
        buffer = buffer.Slice(length);
        return true;
    }

    private async ValueTask AnswerAsync(byte[] bytes)
    {
        WireMessage message;
        commands.Counters.Received(bytes.Length);
        try
        {
            message = WireMessage.Parse(bytes);
        }
        catch (MongoError error)
        {
            // The frame is sound, the BSON in it is not: MongoDB answers that, too.
            _reply.Begin(++_replies, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4)), legacy: false);
            _reply.Write(CommandRunner.Describe(error));
            await SendAsync(withChecksum: false);
            return;
        }

        _reply.Begin(++_replies, message.RequestId, message.IsLegacy);
        await commands.RunAsync(new CommandContext(message, _reply, id, connection.ConnectionClosed) { ClientAddress = _address });
        if (message.ExpectsReply)
        {
            await SendAsync(message.HasChecksum);
        }

        _reply.Trim();
    }

    private async ValueTask SendAsync(bool withChecksum)
    {
        _reply.Finish(withChecksum);
        commands.Counters.Sent(_reply.Length);

        // In slices: a client that does not read is owed one reply, not a second copy of it in the pipe.
        for (var rest = _reply.Message; rest.Length > 0; rest = rest[Math.Min(SliceSize, rest.Length)..])
        {
            var sent = await connection.Transport.Output.WriteAsync(rest[..Math.Min(SliceSize, rest.Length)], CancellationToken.None);
            if (sent.IsCompleted)
            {
                throw new IOException("the client is gone");
            }
        }
    }
}
