using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.Logging;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Chat.Tests;

[Proves(Requirement.HubDoor)]
public sealed class HubDoorTests(ChatApp app) : IClassFixture<ChatApp>
{
    private const string Evil = "https://evil.example";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Evil, HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:3000.evil.example", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:3000", HttpStatusCode.OK)]
    [InlineData("http://localhost:4000", HttpStatusCode.OK)]
    [InlineData(null, HttpStatusCode.OK)]
    public async Task A_cookie_negotiates_from_our_pages_only(string? origin, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hub/negotiate?negotiateVersion=1");
        request.Headers.Add("Cookie", $"token={app.Buyer().Token}");
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var response = await app.Service.Anonymous.SendAsync(request, Ct);

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData(Evil, HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:3000", HttpStatusCode.SwitchingProtocols)]
    [InlineData(null, HttpStatusCode.SwitchingProtocols)]
    public async Task A_cookie_upgrades_from_our_pages_only(string? origin, HttpStatusCode expected)
    {
        var status = await UpgradeAsync("/hub", socket =>
        {
            socket.Options.SetRequestHeader("Cookie", $"token={app.Buyer().Token}");
            if (origin is not null)
            {
                socket.Options.SetRequestHeader("Origin", origin);
            }
        });

        Assert.Equal(expected, status);
    }

    [Theory]
    [InlineData("/HUB", HttpStatusCode.Forbidden)]
    [InlineData("/Hub?access_token=x", HttpStatusCode.Unauthorized)]
    public async Task A_foreign_page_gets_no_further_with_another_spelling_of_the_path(string path, HttpStatusCode expected) =>
        Assert.Equal(expected, await UpgradeAsync(path, socket =>
        {
            socket.Options.SetRequestHeader("Cookie", $"token={app.Buyer().Token}");
            socket.Options.SetRequestHeader("Origin", Evil);
        }));

    [Fact]
    public async Task A_foreign_page_cannot_pick_up_a_connection_that_was_negotiated_elsewhere()
    {
        var buyer = app.Buyer();
        using var negotiate = new HttpRequestMessage(HttpMethod.Post, "/hub/negotiate?negotiateVersion=1");
        negotiate.Headers.Add("Cookie", $"token={buyer.Token}");
        using var response = await app.Service.Anonymous.SendAsync(negotiate, Ct);
        using var answer = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
        var id = answer.RootElement.GetProperty("connectionToken").GetString();

        using var poll = new HttpRequestMessage(HttpMethod.Get, $"/hub?id={id}");
        poll.Headers.Add("Cookie", $"token={buyer.Token}");
        poll.Headers.Add("Origin", Evil);
        using var polled = await app.Service.Anonymous.SendAsync(poll, Ct);

        Assert.Equal((HttpStatusCode.Forbidden, "csrf"), (polled.StatusCode, await Person.CodeAsync(polled)));
    }

    [Fact]
    public async Task A_bearer_token_comes_from_wherever_its_owner_likes()
    {
        var buyer = app.Buyer();

        var byHeader = await UpgradeAsync("/hub", socket =>
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {buyer.Token}");
            socket.Options.SetRequestHeader("Origin", Evil);
        });
        var byQuery = await UpgradeAsync($"/hub?access_token={buyer.Token}", socket => socket.Options.SetRequestHeader("Origin", Evil));

        Assert.Equal((HttpStatusCode.SwitchingProtocols, HttpStatusCode.SwitchingProtocols), (byHeader, byQuery));
    }

    [Fact]
    [Proves("T9")]
    public async Task Without_a_good_token_nobody_connects()
    {
        var expired = app.Service.Keys.AccessToken(app.Buyer().Id, Roles.User, DateTimeOffset.UtcNow.AddHours(-1));
        var admin = app.Service.Someone("root", Roles.Admin);

        Assert.Equal(HttpStatusCode.Unauthorized, await UpgradeAsync("/hub", _ => { }));
        Assert.Equal(HttpStatusCode.Unauthorized, await UpgradeAsync("/hub?access_token=x", _ => { }));
        Assert.Equal(HttpStatusCode.Unauthorized, await UpgradeAsync($"/hub?access_token={expired}", _ => { }));
        Assert.Equal(HttpStatusCode.Forbidden, await UpgradeAsync($"/hub?access_token={admin.Token}", _ => { }));
        using var negotiate = await app.Service.Anonymous.PostAsync("/hub/negotiate?negotiateVersion=1", null, Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, negotiate.StatusCode);
    }

    [Fact]
    [Proves("T9")]
    [Proves(Requirement.Logs)]
    public async Task A_token_in_the_url_works_and_appears_in_no_log()
    {
        using var logs = new CapturedLogs();
        await using var service = await ChatApp.StartAsync(test =>
        {
            // As talkative as an operator can make it.
            test.Settings["Logging:LogLevel:Microsoft.AspNetCore"] = "Trace";
            test.Settings["Logging:LogLevel:System.Net.Http"] = "Trace";
            test.Configure = builder =>
            {
                builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace);
                builder.Logging.AddProvider(logs);
            };
        });
        var (buyer, artist) = (service.Buyer(), service.Artist());

        await using (var device = await Device.ConnectAsync(new Uri(service.Address, $"/hub?access_token={buyer.Token}")))
        {
            await device.SendAsync(artist, "canary-of-the-log");
        }

        await Eventually.Until(() => Task.FromResult(logs.Lines.Any(line => line.Contains("hub", StringComparison.OrdinalIgnoreCase))), "the hub logs");
        Assert.DoesNotContain(logs.Lines, line => line.Contains(buyer.Token, StringComparison.Ordinal));
        Assert.DoesNotContain(logs.Lines, line => line.Contains("access_token=", StringComparison.Ordinal));
        Assert.DoesNotContain(logs.Lines, line => line.Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_ends_with_its_token()
    {
        var buyer = app.Buyer();
        // As clocks may be apart it is let in for half a minute more; but it ends where it says.
        var end = DateTime.UtcNow.AddSeconds(4);
        var ending = app.Service.Keys.AccessToken(buyer.Id, Roles.User, alter: token => token.Expires = end);

        try
        {
            await using var device = await Device.StartAsync(
                new Uri(app.Service.Address, "/hub"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(ending));
            await device.WaitUntilClosedAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidOperationException && DateTime.UtcNow > end)
        {
            // So slow a machine that it ended before it had begun.
        }

        Assert.True(DateTime.UtcNow > end.AddSeconds(-1));
    }

    [Theory]
    [InlineData(HttpTransportType.WebSockets)]
    [InlineData(HttpTransportType.ServerSentEvents)]
    [InlineData(HttpTransportType.LongPolling)]
    public async Task Every_transport_carries_messages_both_ways(HttpTransportType transport)
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await using var device = await Device.ConnectAsync(new Uri(app.Service.Address, "/hub"), options =>
        {
            options.Transports = transport;
            options.AccessTokenProvider = () => Task.FromResult<string?>(buyer.Token);
        });

        await device.SendAsync(artist, "hello");
        await device.WaitForAsync(await artist.SendAsync(buyer, "hello yourself"));
    }

    private async Task<HttpStatusCode> UpgradeAsync(string path, Action<ClientWebSocket> configure)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        configure(socket);
        try
        {
            await socket.ConnectAsync(new UriBuilder(new Uri(app.Service.Address, path)) { Scheme = "ws" }.Uri, Ct);
        }
        catch (WebSocketException) when (socket.HttpStatusCode != 0)
        {
            // The status says it.
        }

        return socket.HttpStatusCode;
    }
}
