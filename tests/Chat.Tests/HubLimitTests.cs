using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Chat.Tests;

[Proves(Requirement.HubLimits)]
public sealed class HubLimitTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_holds_five_connections_and_a_closed_one_makes_room()
    {
        await using var service = await ChatApp.StartAsync();
        var (buyer, artist) = (service.Buyer(), service.Artist());
        var devices = new List<Device>();
        for (var i = 0; i < 5; i++)
        {
            devices.Add(await Device.ConnectAsync(service, buyer));
        }

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => Device.ConnectAsync(service, buyer));
        await using var another = await Device.ConnectAsync(service, artist);
        await devices[0].DisposeAsync();
        await using var fits = await Device.ConnectWhenThereIsRoomAsync(service, buyer);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(1, (await fits.SendAsync(artist, "in")).Seq);
        foreach (var device in devices)
        {
            await device.DisposeAsync();
        }
    }

    [Fact]
    public async Task Connections_that_knock_at_once_do_not_slip_past_the_limit()
    {
        await using var service = await ChatApp.StartAsync(test => test.Settings["Chat:ConnectionsPerUser"] = "2");
        var buyer = service.Buyer();

        var devices = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                return await Device.ConnectAsync(service, buyer);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return null;
            }
        }));

        Assert.Equal(2, devices.OfType<Device>().Count());
        await Task.WhenAll(devices.OfType<Device>().Select(device => device.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task A_connection_makes_twenty_calls_at_once_and_then_ten_a_second()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var service = await ChatApp.StartAsync(test =>
        {
            test.Clock = clock;
            test.Settings["RateLimiting:Enabled"] = "true";
            test.Settings["RateLimiting:Scale"] = "1";
        });
        var (buyer, artist) = (service.Buyer(), service.Artist());
        // Connecting makes one call.
        await using var device = await Device.ConnectAsync(service, buyer);

        Assert.Equal(19, await AcceptedAsync(device, artist, 40));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, await AcceptedAsync(device, artist, 15));
        clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(20, await AcceptedAsync(device, artist, 25));
        Assert.Equal(49, (await buyer.HistoryAsync(artist)).Data.Count);
    }

    [Fact]
    public async Task A_connection_that_never_reads_is_cut_and_holds_up_nobody()
    {
        await using var service = await ChatApp.StartAsync(test => test.Settings["Chat:ConnectionsPerUser"] = "1");
        var (buyer, artist) = (service.Buyer(), service.Artist());
        using var deaf = new ClientWebSocket();
        deaf.Options.SetRequestHeader("Authorization", $"Bearer {buyer.Token}");
        await deaf.ConnectAsync(new UriBuilder(new Uri(service.Address, "/hub")) { Scheme = "ws" }.Uri, Ct);
        await SendAsync(deaf, """{"protocol":"json","version":1}""");
        // The answer to a call is the last that it reads: from then on it has its place.
        await SendAsync(deaf, """{"type":1,"invocationId":"1","target":"Send","arguments":["nobody",null]}""");
        await ReadUntilAsync(deaf, "\"invocationId\":\"1\"");
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => Device.ConnectAsync(service, buyer));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);

        // More than the buffers of both ends hold.
        var text = new string('\u6f22', 4000);
        await Parallel.ForEachAsync(Enumerable.Range(0, 800), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) => await artist.SendAsync(buyer, text));

        // It is cut, and its place is free.
        await using var next = await Device.ConnectWhenThereIsRoomAsync(service, buyer);
        Assert.Equal(801, (await next.SendAsync(artist, "I read")).Seq);
    }

    private static Task SendAsync(ClientWebSocket socket, string message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message + '\u001e'), WebSocketMessageType.Text, endOfMessage: true, Ct);

    private static async Task ReadUntilAsync(ClientWebSocket socket, string expected)
    {
        var buffer = new byte[1024];
        var read = "";
        while (!read.Contains(expected, StringComparison.Ordinal))
        {
            read += Encoding.UTF8.GetString(buffer, 0, (await socket.ReceiveAsync(buffer, Ct)).Count);
        }
    }

    private static async Task<int> AcceptedAsync(Device device, Person to, int calls)
    {
        var accepted = 0;
        for (var i = 0; i < calls; i++)
        {
            try
            {
                await device.SendAsync(to, "again");
                accepted++;
            }
            catch (Microsoft.AspNetCore.SignalR.HubException e) when (e.Message.Contains("rate_limited: ", StringComparison.Ordinal))
            {
                // Counted by not being counted.
            }
        }

        return accepted;
    }
}
