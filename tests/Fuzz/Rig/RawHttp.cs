using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Visuels.Testing;

namespace Visuels.Fuzz.Rig;

/// <summary>An answer, byte by byte. No status: the connection ended without one.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public static readonly RawAnswer None = new(0, [], []);

    public string Text => Encoding.UTF8.GetString(Body);

    public string? Header(string name) =>
        Headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}

/// <summary>One connection that sends whatever it is told: a client library would put right, or refuse, half of what is tried here.</summary>
internal sealed class RawHttp(Uri address) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private TcpClient? _connection;
    private int _start;
    private int _end;

    /// <summary>Sends a request and reads the answer. An idle connection that the server closed meanwhile is opened anew, once.</summary>
    public async Task<RawAnswer> SendAsync(byte[] head, byte[] body, bool isHead)
    {
        for (var isReused = _connection is not null; ; isReused = false)
        {
            try
            {
                return await TryAsync(head, body, isHead).WaitAsync(Eventually.Patience);
            }
            catch (Exception e) when (e is IOException or SocketException or EndOfStreamException or TimeoutException)
            {
                Dispose();
                if (!isReused || e is TimeoutException)
                {
                    return RawAnswer.None;
                }
            }
        }
    }

    public void Dispose()
    {
        _connection?.Dispose();
        (_connection, _start, _end) = (null, 0, 0);
    }

    private async Task<RawAnswer> TryAsync(byte[] head, byte[] body, bool isHead)
    {
        if (_connection is null)
        {
            _connection = new TcpClient { NoDelay = true };
            await _connection.ConnectAsync(address.Host, address.Port);
        }

        var stream = _connection.GetStream();
        // The server may answer, and hang up, before it has read all of it.
        var sending = SendAllAsync(stream, head, body);
        var answer = await ReadAsync(stream, isHead);
        while (answer.Status is >= 100 and < 200)
        {
            answer = await ReadAsync(stream, isHead);
        }

        if (!sending.IsCompleted || !await sending || answer.Header("Connection")?.Equals("close", StringComparison.OrdinalIgnoreCase) == true)
        {
            Dispose();
        }

        return answer;
    }

    private static async Task<bool> SendAllAsync(NetworkStream stream, byte[] head, byte[] body)
    {
        try
        {
            await stream.WriteAsync(head);
            if (body.Length > 0)
            {
                await stream.WriteAsync(body);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return false;
        }
    }

    private async Task<RawAnswer> ReadAsync(NetworkStream stream, bool isHead)
    {
        var status = (await LineAsync(stream)).Split(' ');
        var headers = new List<(string Name, string Value)>();
        while (await LineAsync(stream) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add((line[..colon], line[(colon + 1)..].Trim()));
        }

        var answer = new RawAnswer(int.Parse(status[1], CultureInfo.InvariantCulture), headers, []);
        if (isHead || answer.Status is 204 or 304 or < 200)
        {
            return answer;
        }

        return answer.Header("Content-Length") is { } length
            ? answer with { Body = await BytesAsync(stream, int.Parse(length, CultureInfo.InvariantCulture)) }
            : answer.Header("Transfer-Encoding") == "chunked" ? answer with { Body = await ChunksAsync(stream) } : answer;
    }

    private async Task<byte[]> ChunksAsync(NetworkStream stream)
    {
        using var body = new MemoryStream();
        while (int.Parse((await LineAsync(stream)).Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var size)
        {
            body.Write(await BytesAsync(stream, size));
            await LineAsync(stream);
        }

        await LineAsync(stream);
        return body.ToArray();
    }

    private async Task<string> LineAsync(NetworkStream stream)
    {
        var line = new StringBuilder();
        while (true)
        {
            for (; _start < _end; _start++)
            {
                if (_buffer[_start] == '\n')
                {
                    _start++;
                    return line.ToString().TrimEnd('\r');
                }

                line.Append((char)_buffer[_start]);
            }

            await FillAsync(stream);
        }
    }

    private async Task<byte[]> BytesAsync(NetworkStream stream, int count)
    {
        var bytes = new byte[count];
        for (var done = 0; done < count;)
        {
            if (_start == _end)
            {
                await FillAsync(stream);
            }

            var some = Math.Min(count - done, _end - _start);
            _buffer.AsSpan(_start, some).CopyTo(bytes.AsSpan(done));
            (_start, done) = (_start + some, done + some);
        }

        return bytes;
    }

    private async Task FillAsync(NetworkStream stream)
    {
        (_start, _end) = (0, await stream.ReadAsync(_buffer));
        if (_end == 0)
        {
            throw new EndOfStreamException();
        }
    }
}
