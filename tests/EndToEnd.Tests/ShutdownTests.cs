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
        const string Body = """{"email":"nobody@visuels.example","password":"not-the-password"}""";
        await begun.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"POST /api/v1/auth/email-signin HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body[..10]}"), Ct);

        var exit = all.TerminateAsync(Ct);
        await Eventually.Until(async () => !await IsOpenAsync(Entrance.PortOf(all.PortBase, "auth")), "Auth lets nobody in");
        Assert.False(exit.IsCompleted);
        await begun.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Body[10..]), Ct);
        var answer = await new StreamReader(begun.GetStream()).ReadToEndAsync(Ct);

        Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal);
        Assert.Equal(0, await exit);
    }

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
