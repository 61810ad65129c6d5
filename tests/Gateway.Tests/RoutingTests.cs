using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Visuels.Testing.Requirements;

namespace Visuels.Gateway.Tests;

public sealed class RoutingTests : IAsyncLifetime
{
    private readonly GatewayApp _gateway = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _gateway.InitializeAsync();

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("/auth/me", "/api/v1/auth/me")]
    [InlineData("/products?page=2", "/api/v1/products?page=2")]
    [InlineData("/products/?page=2", "/api/v1/products/?page=2")]
    [InlineData("/order/user", "/api/v1/order/user")]
    [InlineData("/message/get/1", "/api/v1/message/get/1")]
    [InlineData("/user/profile/me", "/api/v1/user/profile/me")]
    [InlineData("/artist/profile/me/", "/api/v1/artist/profile/me/")]
    [InlineData("/api/v1/products/1", "/api/v1/products/1")]
    [InlineData("/api/v1/auth/artists", "/api/v1/auth/artists")]
    [InlineData("/images/products/a.webp", "/images/products/a.webp")]
    [InlineData("/.well-known/jwks.json", "/.well-known/jwks.json")]
    public async Task Paths_reach_their_service_with_and_without_the_prefix(string path, string expected)
    {
        var response = await _gateway.Client.GetAsync(path, Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, Assert.Single(_gateway.Backends.Seen).Path);
    }

    [Theory]
    [InlineData("/api/v1/auth/internal/cards")]
    [InlineData("/auth/internal/cards")]
    [InlineData("/products/Internal/1")]
    [InlineData("/products/%69nternal/1")]
    [InlineData("/products/%2569nternal/1")]
    [InlineData("/products/x%2F..%2Finternal/1")]
    [InlineData("/products//internal//1")]
    [InlineData("/products/internal;a=1/1")]
    [InlineData("/products/x%5Cinternal/1")]
    [InlineData("/internal/mails")]
    public async Task Internal_endpoints_do_not_exist_however_they_are_spelled(string path)
    {
        var response = await _gateway.Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, new Uri(_gateway.Address.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })), Ct);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(_gateway.Backends.Seen);
    }

    [Fact]
    public async Task The_mailbox_of_jobs_is_not_served() =>
        Assert.Equal(HttpStatusCode.NotFound, (await _gateway.Client.GetAsync("/dev/mailbox", Ct)).StatusCode);

    [Theory]
    [InlineData("/products", "/api/v1/products")]
    [InlineData("/auth/me/export", "/api/v1/auth/me/export")]
    [InlineData("/images/products/a.webp", "/images/products/a.webp")]
    public async Task Head_is_passed_on_as_it_came(string path, string expected)
    {
        var response = await _gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), Ct);
        var page = await _gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/"), Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var seen = Assert.Single(_gateway.Backends.Seen);
        Assert.Equal(("HEAD", expected), (seen.Method, seen.Path));
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Trace_is_refused()
    {
        var response = await _gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Trace, "/products"), Ct);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Empty(_gateway.Backends.Seen);
    }

    [Fact]
    public async Task A_service_that_is_down_becomes_a_problem_that_the_storefront_can_read()
    {
        await using var gateway = await GatewayApp.StartAsync("http://127.0.0.1:1");
        using var client = new HttpClient { BaseAddress = new Uri(gateway.Urls.First()) };
        client.DefaultRequestHeaders.Add("Origin", "http://localhost:3000");

        var response = await client.GetAsync("/products", Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
        Assert.Equal("dependency_unavailable", problem.RootElement.GetProperty("code").GetString());
        Assert.False(string.IsNullOrEmpty(problem.RootElement.GetProperty("message").GetString()));
        Assert.Equal("http://localhost:3000", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n", "400 Bad Request", "invalid_request")]
    [InlineData("Content-Length: 32000000\r\n\r\n", "413 Payload Too Large", "payload_too_large")]
    [Proves(Requirement.Limits)]
    public async Task A_body_that_cannot_be_forwarded_is_its_senders_fault(string rest, string status, string code)
    {
        _gateway.Backends.Answer = async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, Ct);
            await context.Response.WriteAsync("ok", Ct);
        };
        using var client = new TcpClient();
        await client.ConnectAsync(_gateway.Address.Host, _gateway.Address.Port, Ct);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /products HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{rest}"), Ct);

        var answer = await new StreamReader(client.GetStream()).ReadToEndAsync(Ct);

        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.Contains($"\"code\":\"{code}\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    [Proves(Requirement.Cors)]
    public async Task The_storefront_gets_cors_headers_once_and_others_none()
    {
        _gateway.Backends.Answer = context =>
        {
            context.Response.Headers.AccessControlAllowOrigin = "http://localhost:3000";
            context.Response.Headers.AccessControlAllowCredentials = "true";
            return Task.CompletedTask;
        };

        using var ours = new HttpRequestMessage(HttpMethod.Get, "/products") { Headers = { { "Origin", "http://localhost:3000" } } };
        var toUs = await _gateway.Client.SendAsync(ours, Ct);
        Assert.Equal("http://localhost:3000", Assert.Single(toUs.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("true", Assert.Single(toUs.Headers.GetValues("Access-Control-Allow-Credentials")));

        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/products") { Headers = { { "Origin", "https://evil.example" } } };
        var toThem = await _gateway.Client.SendAsync(foreign, Ct);
        Assert.False(toThem.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    [Proves(Requirement.Cors)]
    public async Task A_preflight_of_the_storefront_is_answered_by_the_gateway()
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/products/1");
        preflight.Headers.Add("Origin", "http://localhost:3000");
        preflight.Headers.Add("Access-Control-Request-Method", "PATCH");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type");

        var response = await _gateway.Client.SendAsync(preflight, Ct);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Contains("PATCH", response.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
        Assert.Empty(_gateway.Backends.Seen);
    }

    [Theory]
    [InlineData("/products")]
    [InlineData("/")]
    [InlineData("/nothing-here")]
    public async Task Every_answer_carries_the_security_headers(string path)
    {
        var response = await _gateway.Client.GetAsync(path, Ct);

        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains("frame-ancestors 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    [Proves(Requirement.RateLimits)]
    public async Task A_client_cannot_choose_the_address_it_is_counted_by()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/products") { Headers = { { "X-Forwarded-For", "203.0.113.9" } } };

        await _gateway.Client.SendAsync(request, Ct);

        Assert.DoesNotContain("203.0.113.9", Assert.Single(_gateway.Backends.Seen).ForwardedFor, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hub_is_reached_over_a_web_socket()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{_gateway.Address.Authority}/hub?id=1"), Ct);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, Ct);
        var buffer = new byte[16];
        var received = await socket.ReceiveAsync(buffer, Ct);

        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, received.Count));
    }

    [Fact]
    public async Task The_landing_page_says_where_to_look()
    {
        var page = await _gateway.Client.GetStringAsync("/", Ct);

        Assert.Contains("Visuels Server", page, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
    }
}
