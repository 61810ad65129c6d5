using System.Net;
using Microsoft.AspNetCore.Http;
using Visuels.Testing.Requirements;

namespace Visuels.Gateway.Tests;

public sealed class SessionRenewalTests : IAsyncLifetime
{
    private static readonly string Fresh = GatewayApp.Token(DateTimeOffset.UtcNow.AddMinutes(10));
    private static readonly string Expired = GatewayApp.Token(DateTimeOffset.UtcNow.AddMinutes(-1));
    private static readonly string EndsSoon = GatewayApp.Token(DateTimeOffset.UtcNow.AddSeconds(30));
    private static readonly string Successor = GatewayApp.Token(DateTimeOffset.UtcNow.AddMinutes(9));

    private readonly GatewayApp _gateway = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _gateway.InitializeAsync();
        _gateway.Backends.Renew = context =>
        {
            context.Response.Headers.Append("Set-Cookie", $"token={Successor}; path=/; httponly; samesite=lax");
            context.Response.Headers.Append("Set-Cookie", "refresh=r2; path=/; httponly; samesite=strict");
            return context.Response.WriteAsync("{}");
        };
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("expired")]
    [InlineData("ends soon")]
    [InlineData("gone")]
    [InlineData("garbage")]
    public async Task A_session_whose_token_is_over_goes_on_with_a_new_one(string token)
    {
        var cookie = token switch
        {
            "expired" => $"token={Expired}; ",
            "ends soon" => $"token={EndsSoon}; ",
            "garbage" => "token=nonsense; ",
            _ => "",
        };

        var response = await SendAsync(HttpMethod.Get, "/auth/me", $"theme=dark; {cookie}refresh=r1");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("r1", Assert.Single(_gateway.Backends.Renewals));
        var seen = Assert.Single(_gateway.Backends.Seen);
        Assert.Equal(Successor, seen.Cookies["token"]);
        Assert.Equal("r2", seen.Cookies["refresh"]);
        Assert.Equal("dark", seen.Cookies["theme"]);
        Assert.Equal(["refresh", "token"], SetCookies(response).Keys.Order());
        Assert.Equal(Successor, SetCookies(response)["token"]);
    }

    [Fact]
    public async Task A_fresh_token_is_left_alone()
    {
        var response = await SendAsync(HttpMethod.Get, "/auth/me", $"token={Fresh}; refresh=r1");

        Assert.Empty(_gateway.Backends.Renewals);
        Assert.Empty(SetCookies(response));
        Assert.Equal(Fresh, Assert.Single(_gateway.Backends.Seen).Cookies["token"]);
    }

    [Fact]
    public async Task Without_a_refresh_cookie_nothing_is_renewed()
    {
        await SendAsync(HttpMethod.Get, "/products", $"token={Expired}");

        Assert.Empty(_gateway.Backends.Renewals);
    }

    [Theory]
    [InlineData("POST", "/auth/email-signin")]
    [InlineData("POST", "/api/v1/auth/email-verify")]
    [InlineData("POST", "/auth/second-factor/verify")]
    [InlineData("POST", "/auth/signout")]
    [InlineData("POST", "/auth/password/forgot")]
    [InlineData("PUT", "/auth/password")]
    [InlineData("GET", "/auth/google")]
    [InlineData("GET", "/auth/sessions")]
    [InlineData("DELETE", "/api/v1/auth/sessions")]
    [InlineData("DELETE", "/auth/sessions/665f00000000000000000001")]
    [InlineData("DELETE", "/auth/me")]
    [InlineData("GET", "/images/products/a.webp")]
    public async Task Routes_that_make_or_end_sessions_are_exempt(string method, string path)
    {
        await SendAsync(new HttpMethod(method), path, "refresh=r1");

        Assert.Empty(_gateway.Backends.Renewals);
        Assert.Single(_gateway.Backends.Seen);
    }

    [Fact]
    public async Task A_bearer_request_is_never_renewed()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/auth/me") { Headers = { { "Cookie", "refresh=r1" }, { "Authorization", "Bearer x" } } };
        await _gateway.Client.SendAsync(request, Ct);

        Assert.Empty(_gateway.Backends.Renewals);
    }

    [Fact]
    public async Task A_session_that_auth_refuses_is_forgotten_and_the_request_goes_on_without_it()
    {
        _gateway.Backends.Renew = context =>
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        };

        var response = await SendAsync(HttpMethod.Get, "/products", $"token={Expired}; refresh=stolen");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(Assert.Single(_gateway.Backends.Seen).Cookies);
        Assert.Equal(["refresh", "token"], SetCookies(response).Keys.Order());
        Assert.All(SetCookies(response).Values, value => Assert.Equal("", value));
    }

    [Theory]
    [InlineData("%C3%A9")]
    [InlineData("a%0D%0AX-Injected:%20b")]
    [InlineData("a%3B%20token%3Dforeign")]
    [Proves(Requirement.Limits)]
    public async Task What_is_no_refresh_token_is_asked_of_nobody_and_costs_nobody_a_session(string nonsense)
    {
        for (var i = 0; i < 30; i++)
        {
            var refused = await SendAsync(HttpMethod.Get, "/products", $"refresh={nonsense}");
            Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
            Assert.Equal(["refresh", "token"], SetCookies(refused).Keys.Order());
        }

        var response = await SendAsync(HttpMethod.Get, "/auth/me", $"token={Expired}; refresh=r1");

        Assert.Equal("r1", Assert.Single(_gateway.Backends.Renewals));
        Assert.Equal(Successor, SetCookies(response)["token"]);
    }

    [Fact]
    public async Task When_auth_is_down_the_request_goes_on_as_it_came()
    {
        await using var gateway = await GatewayApp.StartAsync(_gateway.Backends.Address, auth: "http://127.0.0.1:1");
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(gateway.Urls.First()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/products") { Headers = { { "Cookie", $"token={Expired}; refresh=r1" } } };

        var response = await client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Expired, Assert.Single(_gateway.Backends.Seen).Cookies["token"]);
        Assert.Empty(SetCookies(response));
    }

    [Fact]
    public async Task When_auth_hangs_the_request_goes_on_as_it_came_once_the_time_for_a_call_is_over()
    {
        _gateway.Backends.Renew = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using var gateway = await GatewayApp.StartAsync(_gateway.Backends.Address, settings: ("Calls:Timeout", "00:00:00.2"));
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(gateway.Urls.First()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/products") { Headers = { { "Cookie", $"token={Expired}; refresh=r1" } } };

        var response = await client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Expired, Assert.Single(_gateway.Backends.Seen).Cookies["token"]);
    }

    [Fact]
    public async Task Where_the_service_sets_the_session_itself_nothing_is_added()
    {
        _gateway.Backends.Answer = context =>
        {
            context.Response.Headers.Append("Set-Cookie", "token=own; path=/");
            return Task.CompletedTask;
        };

        var response = await SendAsync(HttpMethod.Get, "/auth/me", "refresh=r1");

        Assert.Equal("token=own; path=/", Assert.Single(response.Headers.GetValues("Set-Cookie")));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string cookies)
    {
        using var request = new HttpRequestMessage(method, path) { Headers = { { "Cookie", cookies } } };
        return await _gateway.Client.SendAsync(request, Ct);
    }

    private static Dictionary<string, string> SetCookies(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Set-Cookie", out var lines)
            ? lines.Select(line => line.Split(';')[0].Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1])
            : [];
}
