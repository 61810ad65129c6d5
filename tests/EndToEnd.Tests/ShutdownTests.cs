using System.Net;
using System.Net.Sockets;
using System.Text;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

/// <summary>SIGTERM, as an operator sends it, while clients are there.</summary>
public sealed class ShutdownTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stop_finishes_what_has_begun_and_waits_for_no_chat_and_no_idle_connection()
    {
        await using var all = await AllInOneProcess.StartAsync(Ct, null, "--ephemeral");
        using var person = await Person.SignUpAsync(Entrance.Storefront(all.PortBase), all.Mailbox, "stopper", "USER", Ct);
        await using var chat = await person.ConnectAsync(all.Hub, Ct);
        using var idle = new TcpClient();
        await idle.ConnectAsync(IPAddress.Loopback, all.PortBase, Ct);
        using var begun = new TcpClient();
        await begun.ConnectAsync(IPAddress.Loopback, Entrance.PortOf(all.PortBase, "auth"), Ct);
        await SendAsync(begun, "POST /api/v1/auth/email-signin HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
        using var answers = new StreamReader(begun.GetStream());
        // Only who reads a request's body has its client go on.
        Assert.Equal("HTTP/1.1 100 Continue", await answers.ReadLineAsync(Ct));

        var exit = all.TerminateAsync(Ct);
        await Eventually.Until(
            async () =>
            {
                // Who sends nothing for seconds is hung up on.
                await SendAsync(begun, Chunk(new string(' ', 16)));
                return !await IsOpenAsync(Entrance.PortOf(all.PortBase, "auth"));
            },
            "Auth lets nobody in");
        Assert.False(exit.IsCompleted);
        await SendAsync(begun, Chunk("""{"email":"nobody@visuels.example","password":"not-the-password"}""") + "0\r\n\r\n");
        var answer = (await answers.ReadToEndAsync(Ct)).TrimStart();

        Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
        Assert.Equal(0, await exit);
    }

    private static string Chunk(string content) => $"{content.Length:x}\r\n{content}\r\n";

    private static async Task SendAsync(TcpClient client, string text) => await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Ct);

    private static async Task<bool> IsOpenAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, Ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
