using Microsoft.AspNetCore.Http;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.Limits;

/// <summary>
/// A request's body that can be read to its end while the service stops. Kestrel wakes every reader when it stops, once, to be rid of
/// idle connections; a body that was just arriving would end in an exception, and its request in a 500.
/// Its patience ends with the request's time: forms are read without a token, and one that trickles in would never be given up.
/// </summary>
internal sealed class PatientBody(Stream inner, HttpContext context, Leaving leaving) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var end = cancellationToken.CanBeCanceled ? cancellationToken : context.RequestAborted;
        try
        {
            return await inner.ReadAsync(buffer, end);
        }
        catch (OperationCanceledException) when (leaving.HasBegun && !leaving.Over.IsCancellationRequested && !end.IsCancellationRequested)
        {
            return await inner.ReadAsync(buffer, end);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
