using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Gateway.Tests;

public sealed class EdgeTests
{
    private const int Most = 5;

    private static readonly byte[] Question = Encoding.ASCII.GetBytes("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves(Requirement.Limits)]
    public async Task An_address_has_so_many_connections_and_gets_room_again_as_they_end()
    {
        await using var gateway = await GatewayApp.StartAsync("http://127.0.0.1:1", settings: ("Connections:PerAddress", $"{Most}"));
        var open = new List<TcpClient>();
        for (var i = 0; i < Most; i++)
        {
            open.Add(Assert.IsType<TcpClient>(await EnterAsync(gateway)));
        }

        Assert.Null(await EnterAsync(gateway));
        Assert.True(await IsAnsweredAsync(open[0]));

        open[0].Dispose();
        await Eventually.Until(
            async () =>
            {
                using var next = await EnterAsync(gateway);
                return next is not null;
            },
            "there is room for another connection");
        open.ForEach(connection => connection.Dispose());
    }

    [Fact]
    [Proves(Requirement.Limits)]
    public async Task A_proxy_in_front_may_hold_as_many_as_it_likes()
    {
        await using var gateway = await GatewayApp.StartAsync(
            "http://127.0.0.1:1", settings: [("Connections:PerAddress", $"{Most}"), ("Proxies:KnownNetworks", "127.0.0.0/8")]);
        var open = await Task.WhenAll(Enumerable.Range(0, 3 * Most).Select(_ => EnterAsync(gateway)));

        Assert.All(open, Assert.NotNull);
        Array.ForEach(open, connection => connection!.Dispose());
    }

    [Theory]
    [InlineData("https://shop.example.com", null, 400)]
    [InlineData("https://shop.example.com", "https", 503)]
    [InlineData("https://shop.example.com", "http", 400)]
    [InlineData("http://shop.example.com", null, 503)]
    [Proves(Requirement.Methods)]
    public async Task Production_answers_nothing_in_clear_where_it_is_reached_by_https(string publicUrl, string? forwarded, int status)
    {
        await using var gateway = GatewayService.Build(["--environment=Production"], builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["PublicUrl"] = publicUrl,
                ["Proxies:KnownNetworks"] = "127.0.0.0/8",
                ["Services:product"] = "http://127.0.0.1:1",
            });
        });
        await gateway.StartAsync(Ct);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(gateway.Urls.First()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/products");
        if (forwarded is not null)
        {
            request.Headers.Add("X-Forwarded-Proto", forwarded);
        }

        using var answer = await client.SendAsync(request, Ct);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(forwarded == "https", answer.Headers.Contains("Strict-Transport-Security"));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live", Ct)).StatusCode);
    }

    /// <summary>A connection that was answered on; null where it was ended instead, which a client may learn as early as it connects.</summary>
    private static async Task<TcpClient?> EnterAsync(WebApplication gateway)
    {
        var connection = new TcpClient();
        try
        {
            await connection.ConnectAsync(IPAddress.Loopback, new Uri(gateway.Urls.First()).Port, Ct);
            if (await IsAnsweredAsync(connection))
            {
                return connection;
            }
        }
        catch (SocketException)
        {
            // Reset at once.
        }

        connection.Dispose();
        return null;
    }

    private static async Task<bool> IsAnsweredAsync(TcpClient connection)
    {
        try
        {
            await connection.GetStream().WriteAsync(Question, Ct);
            var buffer = new byte[1024];
            var read = await connection.GetStream().ReadAsync(buffer, Ct);
            return Encoding.ASCII.GetString(buffer, 0, read).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return false;
        }
    }
}
