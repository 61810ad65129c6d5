using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Visuels.Testing.Requirements;

namespace Visuels.Gateway.Tests;

/// <summary>What a client sends that no service can be blamed for: the circuit stays closed, and everybody else is served.</summary>
[Proves(Requirement.Limits)]
public sealed class HostileClientTests : IAsyncLifetime
{
    // More than the circuit needs.
    private const int Many = 30;

    private readonly GatewayApp _gateway = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Headers_that_are_no_ASCII_reach_the_service_as_they_came_and_shut_nobody_out()
    {
        var seen = "";
        _gateway.Backends.Answer = context =>
        {
            seen = context.Request.Headers["X-Title"].ToString();
            return Task.CompletedTask;
        };
        for (var i = 0; i < Many; i++)
        {
            Assert.StartsWith("HTTP/1.1 200", await AnswerTo("GET /products HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Title: caf\u00e9\r\n\r\n"), StringComparison.Ordinal);
        }

        Assert.Equal("caf\u00e9", seen);
        Assert.Equal(HttpStatusCode.OK, (await _gateway.Client.GetAsync("/products", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_body_that_the_service_would_refuse_for_its_size_is_refused_before_it_gets_there()
    {
        foreach (var path in new[] { "/auth/email-signin", "/products/1/like", "/order/create", "/message/send/1", "/auth/me/export" })
        {
            using var answer = await _gateway.Client.PostAsync(path, new ByteArrayContent(new byte[100_000]), Ct);

            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        }

        using var upload = await _gateway.Client.PostAsync("/products", new ByteArrayContent(new byte[100_000]), Ct);
        Assert.Equal(HttpStatusCode.OK, upload.StatusCode);
    }

    [Fact]
    public async Task A_service_that_does_not_wait_for_the_rest_of_a_body_is_not_taken_for_dead()
    {
        // As it does with uploads that are too large for it.
        _gateway.Backends.Answer = async context =>
        {
            context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = 1_000;
            await context.Request.Body.CopyToAsync(Stream.Null, Ct);
        };
        for (var i = 0; i < Many; i++)
        {
            try
            {
                using var refused = await _gateway.Client.PostAsync("/products", new ByteArrayContent(new byte[8_000_000]), Ct);
                Assert.True(refused.StatusCode is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.ServiceUnavailable, $"{refused.StatusCode}");
            }
            catch (HttpRequestException)
            {
                // Who still sends long after the answer is hung up on, and may not get to read it.
            }
        }

        using var small = await _gateway.Client.PostAsync("/products", new ByteArrayContent(new byte[100]), Ct);
        Assert.Equal(HttpStatusCode.OK, small.StatusCode);
    }

    private async Task<string> AnswerTo(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_gateway.Address.Host, _gateway.Address.Port, Ct);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(request), Ct);
        return await new StreamReader(client.GetStream()).ReadToEndAsync(Ct);
    }
}
