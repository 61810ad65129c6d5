using System.Net.Sockets;
using System.Text;

namespace Visuels.Testing;

/// <summary>One connection to a <see cref="FakeSmtpServer"/>.</summary>
internal sealed class FakeSmtpConversation(FakeSmtpServer server, TcpClient client, int number)
{
    private readonly SmtpBehaviour? _own = server.ByConnection?.Invoke(number);
    private readonly SmtpBehaviour _atFirst = server.Behaviour;
    private CancellationToken _stop;
    private string _recipient = "";
    private SmtpBehaviour? _forRecipient;

    public async Task RunAsync(CancellationToken stop)
    {
        using (client)
        {
            _stop = stop;
            server.Opened();
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.UTF8);
                await using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\r\n" };
                if (await GreetAsync(reader, writer))
                {
                    while (await reader.ReadLineAsync(_stop) is { } line && await AnswerAsync(line, reader, writer))
                    {
                    }
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The other side hung up, or the test is over.
            }
            finally
            {
                server.Closed();
            }
        }
    }

    private SmtpBehaviour Behaviour => _own ?? server.Behaviour;

    // Silent until the other side gives up.
    private async Task<bool> HangAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync(_stop) is not null)
        {
        }

        return false;
    }

    private async Task<bool> GreetAsync(StreamReader reader, StreamWriter writer)
    {
        switch (_own ?? _atFirst)
        {
            case SmtpBehaviour.Hang:
                return await HangAsync(reader);
            case SmtpBehaviour.Busy:
                await writer.WriteLineAsync("421 too busy");
                return false;
            case SmtpBehaviour.Closed:
                await writer.WriteLineAsync("554 no service here");
                return false;
            default:
                await writer.WriteLineAsync("220 fake ESMTP");
                return true;
        }
    }

    private async Task<bool> AnswerAsync(string line, StreamReader reader, StreamWriter writer)
    {
        switch (line.Split(' ', ':')[0].ToUpperInvariant())
        {
            case "RCPT":
                _recipient = line["RCPT TO:".Length..].Trim().TrimStart('<').Split('>')[0];
                _forRecipient = server.ByRecipient?.Invoke(_recipient);
                var behaviour = _forRecipient ?? Behaviour;
                server.Recipients.Enqueue(_recipient);
                return await MeetAsync(behaviour, reader, writer);
            case "DATA":
                await writer.WriteLineAsync("354 go on");
                return await TakeAsync(reader, writer);
            case "QUIT":
                await writer.WriteLineAsync("221 bye");
                return false;
            case "AUTH":
                server.SignedIn();
                await writer.WriteLineAsync("235 welcome");
                return true;
            case "EHLO":
                await writer.WriteLineAsync("250-fake\r\n250-AUTH PLAIN\r\n250 8BITMIME");
                return true;
            default:
                await writer.WriteLineAsync("250 ok");
                return true;
        }
    }

    private async Task<bool> MeetAsync(SmtpBehaviour behaviour, StreamReader reader, StreamWriter writer)
    {
        switch (behaviour)
        {
            case SmtpBehaviour.Hang:
                return await HangAsync(reader);
            case SmtpBehaviour.Slow:
                await Task.Delay(server.Slowness, _stop);
                await writer.WriteLineAsync("250 ok");
                return true;
            case SmtpBehaviour.Greylist when server.Try(_recipient) > server.GreylistedTries:
                await writer.WriteLineAsync("250 ok, at last");
                return true;
            default:
                await writer.WriteLineAsync(behaviour switch
                {
                    SmtpBehaviour.Busy => "421 4.3.2 too busy",
                    SmtpBehaviour.Closed => "554 5.7.1 not here",
                    SmtpBehaviour.Greylist => "451 4.7.1 try again later",
                    SmtpBehaviour.Refuse => "550 5.1.1 no such user",
                    _ => "250 ok",
                });
                return behaviour != SmtpBehaviour.Busy;
        }
    }

    private async Task<bool> TakeAsync(StreamReader reader, StreamWriter writer)
    {
        var raw = new StringBuilder();
        while (true)
        {
            var line = await reader.ReadLineAsync(_stop);
            if (line is null)
            {
                // Not the end of the mail, but of the connection.
                return false;
            }

            if (line == ".")
            {
                break;
            }

            raw.Append(line).Append("\r\n");
        }

        var delivery = new SmtpDelivery(_recipient, MessageIdOf(raw.ToString()), raw.ToString());
        var behaviour = _forRecipient ?? Behaviour;
        server.Received.Enqueue(delivery);
        switch (behaviour)
        {
            case SmtpBehaviour.CutAfterData:
                return false;
            case SmtpBehaviour.Hold:
                await server.Released.WaitAsync(_stop);
                break;
            case SmtpBehaviour.Slow:
                await Task.Delay(server.Slowness, _stop);
                break;
        }

        // First: who has been told so may look at once.
        server.Accepted.Enqueue(delivery);
        await writer.WriteLineAsync("250 taken");
        return true;
    }

    // A long value stands on the line after the header's name.
    private static string MessageIdOf(string raw)
    {
        const string Name = "\nMessage-Id:";
        var start = ('\n' + raw).IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return start < 0 ? "" : raw[(start + Name.Length - 1)..].TrimStart().TrimStart('<').Split('>')[0];
    }
}
