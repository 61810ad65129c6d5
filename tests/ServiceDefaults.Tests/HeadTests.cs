using System.Net;
using System.Net.Sockets;
using System.Text;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests;

[Proves(Requirement.Methods)]
public sealed class HeadTests(SampleApp app) : IClassFixture<SampleApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/open")]
    [InlineData("/page?page=3")]
    [InlineData("/page?page=x")]
    [InlineData("/things/no-id")]
    [InlineData("/me")]
    [InlineData("/artists-only")]
    [InlineData("/internal")]
    [InlineData("/matrix")]
    [InlineData("/broken")]
    [InlineData("/dependency")]
    [InlineData("/nowhere")]
    [InlineData("/health/live")]
    public async Task It_answers_as_GET_does_but_for_the_body(string path)
    {
        using var buyer = app.Service.As(ObjectId.GenerateNewId(), Roles.User);
        foreach (var client in new[] { app.Service.Anonymous, buyer })
        {
            using var get = await client.GetAsync(path, Ct);
            using var head = await HeadAsync(client, path);

            Assert.Equal(get.StatusCode, head.StatusCode);
            Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
            Assert.Equal(Names(get), Names(head));
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(Ct));
        }
    }

    [Fact]
    public async Task No_byte_follows_the_headers()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, app.Service.Address.Port, Ct);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("HEAD /open HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), Ct);

        var answer = await new StreamReader(stream, Encoding.ASCII).ReadToEndAsync(Ct);

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(answer.Length - 4, answer.IndexOf("\r\n\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_has_no_GET_has_no_HEAD()
    {
        using var head = await HeadAsync(app.Service.Anonymous, "/forms");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, head.StatusCode);
        Assert.Equal(["POST"], head.Content.Headers.Allow);
    }

    [Fact]
    public async Task A_token_for_a_GET_of_another_service_is_none_for_a_HEAD()
    {
        using var order = app.Service.AsService("order", "product");

        using var own = await HeadAsync(order, "/internal");
        using var request = new HttpRequestMessage(HttpMethod.Head, "/internal");
        request.Headers.Authorization = new("Bearer", app.Service.Keys.ServiceToken("order", "product", HttpMethod.Get, new Uri(app.Service.Address, "/internal")));
        using var gets = await app.Service.Anonymous.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, gets.StatusCode);
    }

    [Fact]
    [Proves(Requirement.RateLimits)]
    public async Task It_counts_as_a_GET()
    {
        await using var limited = await ServiceUnderTest.StartAsync(SampleService.Build, test =>
        {
            test.Settings["RateLimiting:Enabled"] = "true";
            test.Settings["RateLimiting:Scale"] = "1";
            test.Settings["RateLimiting:sign-in"] = "2";
        });

        using var first = await HeadAsync(limited.Anonymous, "/limited");
        using var second = await HeadAsync(limited.Anonymous, "/limited");
        using var third = await limited.Anonymous.GetAsync("/limited", Ct);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], new[] { first, second, third }.Select(answer => answer.StatusCode));
    }

    private static async Task<HttpResponseMessage> HeadAsync(HttpClient http, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        return await http.SendAsync(request, Ct);
    }

    private static List<string> Names(HttpResponseMessage answer) =>
        [.. answer.Headers.Select(header => header.Key).Where(name => name is not "Transfer-Encoding").Order(StringComparer.Ordinal)];
}
