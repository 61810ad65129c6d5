using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Visuels.Gateway;

namespace Visuels.Chat.Tests;

/// <summary>The chat as browsers reach it: behind the real Gateway, signed in by cookie.</summary>
public sealed class GatewayTests(ChatApp app) : IClassFixture<ChatApp>
{
    [Fact]
    public async Task Both_sides_chat_through_the_gateway()
    {
        await using var gateway = await StartGatewayAsync();
        var address = new Uri(gateway.Urls.First());
        var (buyer, artist) = (app.Buyer(), app.Artist());
        using var atGateway = new HttpClient { BaseAddress = address, DefaultRequestHeaders = { Authorization = buyer.Http.DefaultRequestHeaders.Authorization } };
        await using var studio = await Device.ConnectAsync(new Uri(address, "/hub"), options =>
        {
            options.Cookies.Add(new Cookie("token", artist.Token, "/", address.Host));
            options.Headers["Origin"] = "http://localhost:3000";
        });

        var first = await (buyer with { Http = atGateway }).SendAsync(artist, "by http");
        await studio.WaitForAsync(first);
        var second = await studio.SendAsync(buyer, "by socket");

        Assert.Equal([first, second], (await buyer.HistoryAsync(artist)).Data);
    }

    [Fact]
    public async Task A_foreign_page_is_refused_behind_the_gateway_too()
    {
        await using var gateway = await StartGatewayAsync();
        var address = new Uri(gateway.Urls.First());

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => Device.ConnectAsync(new Uri(address, "/hub"), options =>
        {
            options.Cookies.Add(new Cookie("token", app.Artist().Token, "/", address.Host));
            options.Headers["Origin"] = "https://evil.example";
        }));

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private async Task<WebApplication> StartGatewayAsync()
    {
        var gateway = GatewayService.Build(["--environment=Development"], builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Error);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Services:chat"] = app.Service.Address.ToString(),
                ["Services:auth"] = app.Service.Auth.Address.ToString(),
            });
        });
        await gateway.StartAsync(TestContext.Current.CancellationToken);
        return gateway;
    }
}
