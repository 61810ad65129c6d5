using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests;

[Proves(Requirement.Limits)]
public sealed class ServerLimitTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Headers_have_ten_seconds_and_16_kB_bodies_64_kB_and_240_bytes_a_second()
    {
        await using var app = await ServiceUnderTest.StartAsync(SampleService.Build);
        var limits = app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;

        Assert.Equal(TimeSpan.FromSeconds(10), limits.RequestHeadersTimeout);
        Assert.Equal(16 * 1024, limits.MaxRequestHeadersTotalSize);
        Assert.Equal(64 * 1024, limits.MaxRequestBodySize);
        Assert.Equal(240, limits.MinRequestBodyDataRate!.BytesPerSecond);
        Assert.Equal(TimeSpan.FromSeconds(5), limits.MinRequestBodyDataRate.GracePeriod);
    }

    [Fact]
    public async Task Headers_that_do_not_come_to_an_end_are_408()
    {
        await using var app = await HurriedAsync();

        Assert.StartsWith("HTTP/1.1 408", await SendAsync(app, "GET /open HTTP/1.1\r\nHost: localhost\r\nX-Slow: "), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/open", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_body_that_trickles_is_408()
    {
        await using var app = await HurriedAsync();

        var answer = await SendAsync(app, "POST /things HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"title\":");

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"request_timeout\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_of_17_kB_are_431()
    {
        await using var app = await ServiceUnderTest.StartAsync(SampleService.Build);

        var answer = await SendAsync(app, $"GET /open HTTP/1.1\r\nHost: localhost\r\nX-Large: {new string('x', 17 * 1024)}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 431", answer, StringComparison.Ordinal);
    }

    // The bounds are the same in kind, and shorter: nobody waits ten seconds for a test.
    private static Task<ServiceUnderTest> HurriedAsync() => ServiceUnderTest.StartAsync(SampleService.Build, test => test.Configure = builder =>
        builder.Services.PostConfigure<KestrelServerOptions>(kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromMilliseconds(500);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(1.1));
        }));

    private static async Task<string> SendAsync(ServiceUnderTest app, string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(app.Address.Host, app.Address.Port, Ct);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Ct);
        var buffer = new byte[4096];
        var answer = new StringBuilder();
        while (await client.GetStream().ReadAsync(buffer, Ct) is > 0 and var read)
        {
            answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
            if (answer.ToString().Contains("HTTP/1.1 431", StringComparison.Ordinal))
            {
                break;
            }
        }

        return answer.ToString();
    }
}
