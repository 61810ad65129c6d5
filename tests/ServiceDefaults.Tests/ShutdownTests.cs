using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests;

public sealed class ShutdownTests
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _posting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_that_is_under_way_is_finished_and_no_other_gets_in()
    {
        await using var app = await StartAsync();
        var slow = app.Anonymous.GetAsync("/slow", Ct);
        await _arrived.Task.WaitAsync(Ct);

        var stop = app.App.StopAsync(Ct);
        await Eventually.Until(async () => !await IsOpenAsync(app), "the door is closed");

        Assert.False(stop.IsCompleted);
        _release.SetResult();
        using var answer = await slow;
        Assert.Equal("done", await answer.Content.ReadAsStringAsync(Ct));
        Assert.True(answer.Headers.ConnectionClose);
        await stop.WaitAsync(Ct);
    }

    [Theory]
    [InlineData("/things", "application/json", """{"title":"Boats","price":1,"framed":true}""")]
    [InlineData("/forms", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n")]
    public async Task A_body_that_is_still_arriving_arrives(string path, string type, string body)
    {
        await using var app = await StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(app.Address.Host, app.Address.Port, Ct);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body[..12]}"), Ct);
        await _posting.Task.WaitAsync(Ct);

        var stop = app.App.StopAsync(Ct);
        await Eventually.Until(async () => !await IsOpenAsync(app), "the door is closed");
        Assert.False(stop.IsCompleted);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(body[12..]), Ct);

        Assert.StartsWith("HTTP/1.1 200", await new StreamReader(client.GetStream()).ReadToEndAsync(Ct), StringComparison.Ordinal);
        await stop.WaitAsync(Ct);
    }

    [Fact]
    public async Task Before_the_door_closes_balancers_are_told_and_everybody_is_still_served()
    {
        await using var app = await StartAsync(("Shutdown:Drain", "00:00:02"));
        using var other = app.Client(null);
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/health/ready", Ct)).StatusCode);

        var stop = app.App.StopAsync(Ct);
        await Eventually.Until(async () => (await other.GetAsync("/health/ready", Ct)).StatusCode == HttpStatusCode.ServiceUnavailable, "it is not ready");

        using var alive = await other.GetAsync("/health/live", Ct);
        using var served = await other.GetAsync("/open", Ct);
        using var hub = await other.GetAsync("/hub", Ct);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (alive.StatusCode, served.StatusCode));
        Assert.True(served.Headers.ConnectionClose);
        Assert.Equal("stopping", (await hub.ProblemAsync(Ct)).GetProperty("code").GetString());
        Assert.False(stop.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await stop.WaitAsync(Ct);
        Assert.False(await IsOpenAsync(app));
    }

    [Fact]
    public async Task A_request_that_never_ends_is_cut_off_and_holds_nothing_up()
    {
        await using var app = await StartAsync(("Shutdown:Finish", "00:00:07"));
        var slow = app.Anonymous.GetAsync("/slow", Ct);
        await _arrived.Task.WaitAsync(Ct);

        var stop = app.App.StopAsync(Ct);
        await Eventually.Until(async () => !await IsOpenAsync(app), "the door is closed");
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.False(stop.IsCompleted);
        Assert.False(slow.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<HttpRequestException>(() => slow);
        await stop.WaitAsync(Ct);
    }

    [Fact]
    public async Task A_signal_alone_makes_it_not_ready()
    {
        await using var app = await StartAsync();

        // As SIGTERM does, before the host begins to stop anything.
        app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.Anonymous.GetAsync("/health/ready", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/open", Ct)).StatusCode);
    }

    private Task<ServiceUnderTest> StartAsync(params (string Key, string Value)[] settings) => ServiceUnderTest.StartAsync(
        (args, configure) =>
        {
            var app = SampleService.Build(args, configure);
            // Its headers are read, its body is awaited.
            app.Use((context, next) =>
            {
                if (HttpMethods.IsPost(context.Request.Method))
                {
                    _posting.SetResult();
                }

                return next(context);
            });
            app.MapGet("/slow", async (HttpContext context) =>
            {
                _arrived.SetResult();
                await _release.Task.WaitAsync(context.RequestAborted);
                return "done";
            }).AllowAnonymous().DisableRequestTimeout();
            return app;
        },
        test =>
        {
            test.Clock = _clock;
            // What is to happen within the host's own time happens by this clock.
            test.Configure = builder => builder.Services.PostConfigure<HostOptions>(host => host.ShutdownTimeout = Eventually.Patience);
            foreach (var (key, value) in settings)
            {
                test.Settings[key] = value;
            }
        });

    private static async Task<bool> IsOpenAsync(ServiceUnderTest app)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(app.Address.Host, app.Address.Port, Ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
