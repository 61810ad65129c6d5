using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Visuels.Gateway.Proxy;
using Visuels.Testing;

namespace Visuels.Gateway.Tests;

/// <summary>Services that hang, end their connections or answer nonsense.</summary>
public sealed class FailingServiceTests : IAsyncLifetime
{
    private Backends _backends = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _backends = await Backends.StartAsync();

    public ValueTask DisposeAsync() => _backends.DisposeAsync();

    [Theory]
    [InlineData("GET", 2)]
    [InlineData("HEAD", 2)]
    [InlineData("DELETE", 2)]
    [InlineData("PUT", 2)]
    [InlineData("POST", 1)]
    [InlineData("PATCH", 1)]
    public async Task A_connection_that_ends_without_an_answer_costs_only_what_cannot_be_repeated(string method, int tries)
    {
        _backends.Answer = context =>
        {
            if (_backends.Seen.Count == 1)
            {
                context.Abort();
            }

            return Task.CompletedTask;
        };
        await using var gateway = await GatewayApp.StartAsync(_backends.Address);
        using var client = Client(gateway);

        using var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/products/1"), Ct);

        Assert.Equal(tries == 2 ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(tries, _backends.Seen.Count);
    }

    [Fact]
    public async Task A_body_is_never_sent_twice()
    {
        _backends.Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await using var gateway = await GatewayApp.StartAsync(_backends.Address);
        using var client = Client(gateway);

        using var answer = await client.PutAsync("/products/1", new StringContent("{}"), Ct);

        Assert.Equal("dependency_unavailable", await CodeAsync(answer));
        Assert.Single(_backends.Seen);
    }

    [Fact]
    public async Task A_service_that_hangs_is_given_up_with_a_time_to_try_again()
    {
        _backends.Answer = Hang;
        await using var gateway = await GatewayApp.StartAsync(_backends.Address, settings: ("Requests:Timeout", "00:00:00.2"));
        using var client = Client(gateway);

        using var answer = await client.GetAsync("/products", Ct);

        Assert.Equal("dependency_unavailable", await CodeAsync(answer));
        Assert.NotNull(answer.Headers.RetryAfter);
        // Not asked again; on a slow machine not even once within the time.
        Assert.InRange(_backends.Seen.Count, 0, 1);
    }

    [Fact]
    public async Task An_upload_has_more_time_than_other_requests()
    {
        _backends.Answer = Hang;
        await using var gateway = await GatewayApp.StartAsync(_backends.Address, settings: [("Requests:Timeout", "00:00:00.1"), ("Requests:UploadTimeout", "00:01:00")]);
        using var client = Client(gateway);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Ct);

        var upload = client.PostAsync("/products", new StringContent("picture"), leaving.Token);
        using var other = await client.PostAsync("/products/1/like", new StringContent("x"), Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, other.StatusCode);
        Assert.False(upload.IsCompleted);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload);
    }

    [Fact]
    public async Task A_service_that_hangs_takes_its_share_of_requests_and_no_more()
    {
        _backends.Answer = context => context.Request.Path.Value!.Contains("products", StringComparison.Ordinal) ? Hang(context) : Task.CompletedTask;
        await using var gateway = await GatewayApp.StartAsync(_backends.Address, settings: [("Requests:Concurrent", "6"), ("Requests:Timeout", "00:01:00")]);
        using var client = Client(gateway);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var waiting = Enumerable.Range(0, 3).Select(_ => client.GetAsync("/products", leaving.Token)).ToList();
        await Eventually.Until(() => _backends.Seen.Count == 3, "three requests hang");

        using var fourth = await client.GetAsync("/products", Ct);
        using var other = await client.GetAsync("/order/user", Ct);

        Assert.Equal("overloaded", await CodeAsync(fourth));
        Assert.NotNull(fourth.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));
        await Eventually.Until(async () => (await client.GetAsync("/order/user", Ct)).IsSuccessStatusCode, "shares are given back");
    }

    [Fact]
    public async Task A_service_that_keeps_failing_is_left_alone_and_used_again_once_it_is_back()
    {
        _backends.Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        // Time stands still: however slow the machine, all failures fall into one window.
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await GatewayApp.StartAsync(_backends.Address, clock: clock);
        using var client = Client(gateway);
        var asked = 0;
        do
        {
            asked = _backends.Seen.Count;
            using var answer = await client.PostAsync("/products/1/like", null, Ct);
            Assert.Equal("dependency_unavailable", await CodeAsync(answer));
        }
        while (_backends.Seen.Count > asked && asked < 1_000);

        Assert.InRange(asked, 20, 999);
        _backends.Answer = _ => Task.CompletedTask;
        Assert.Equal("dependency_unavailable", await CodeAsync(await client.GetAsync("/products", Ct)));
        await Eventually.Until(
            async () =>
            {
                clock.Advance(ProxyRoutes.FailureWindow);
                using var answer = await client.GetAsync("/products", Ct);
                return answer.IsSuccessStatusCode;
            },
            "the service is used again");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"cut\":")]
    [InlineData("NONSENSE\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    public async Task What_is_no_whole_answer_is_never_passed_on_as_one(string bytes)
    {
        using var service = new TcpListener(IPAddress.Loopback, 0);
        service.Start();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var serving = ServeAsync(service, bytes, over.Token);
        await using var gateway = await GatewayApp.StartAsync($"http://{service.LocalEndpoint}");
        using var client = Client(gateway);

        string? body = null;
        try
        {
            using var answer = await client.GetAsync("/products", Ct);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
        catch (HttpRequestException e)
        {
            body = e.Message;
        }

        Assert.True(body is null || bytes.StartsWith("HTTP/1.1 200 OK\r\nContent-Length: 100", StringComparison.Ordinal), body);
        await over.CancelAsync();
        await serving;
    }

    private static async Task ServeAsync(TcpListener service, string bytes, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                using var connection = await service.AcceptTcpClientAsync(over);
                await connection.GetStream().ReadAtLeastAsync(new byte[4096], 1, cancellationToken: over);
                await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(bytes), over);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The Gateway has hung up, or the test is over.
            }
        }
    }

    private static Task Hang(HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted);

    private static HttpClient Client(WebApplication gateway) => new() { BaseAddress = new Uri(gateway.Urls.First()) };

    private static async Task<string?> CodeAsync(HttpResponseMessage answer)
    {
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct));
        return problem.RootElement.GetProperty("code").GetString();
    }
}
