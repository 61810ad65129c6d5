using System.Net;
using Visuels.Contracts.Accounts;
using Visuels.Testing;

namespace Visuels.Chat.Tests;

public sealed class ReceiverTests
{
    [Fact]
    public async Task A_receiver_is_asked_of_Auth_once_and_remembered()
    {
        await using var service = await ChatApp.StartAsync();
        var (buyer, artist) = (service.Buyer(), service.Artist());

        await buyer.SendAsync(artist, "one");
        service.Auth.CardsDown = true;
        await buyer.SendAsync(artist, "two");

        Assert.Equal(1, service.Auth.CardCalls);
    }

    [Fact]
    public async Task While_Auth_is_away_an_unknown_receiver_is_an_outage_and_not_a_404()
    {
        await using var service = await ChatApp.StartAsync();
        service.Auth.CardsDown = true;
        var (buyer, artist) = (service.Buyer(), service.Artist());

        using var response = await buyer.PostAsync(artist, new { content = "a", type = "TEXT" });
        await using var device = await Device.ConnectAsync(service, buyer);
        var refusal = await device.RefusalAsync(hub => hub.SendAsync(artist, "a"));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "dependency_unavailable"), (response.StatusCode, await Person.CodeAsync(response)));
        Assert.Contains("dependency_unavailable:", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_that_were_announced_need_no_question()
    {
        await using var service = await ChatApp.StartAsync();
        var (buyer, artist) = (service.Buyer(), service.Artist("Ada"));
        service.Auth.CardsDown = true;

        await service.Bus.PublishAsync(new UserRegistered(artist.Id.ToString(), 1, "ada@example.com", artist.Username, "Ada", "ARTIST", DateTimeOffset.UtcNow));
        await Eventually.Until(
            async () =>
            {
                using var response = await buyer.PostAsync(artist, new { content = "hello", type = "TEXT", clientMessageId = "m" });
                return response.IsSuccessStatusCode;
            },
            "the artist is known");

        Assert.Equal("Ada", Assert.Single((await buyer.ConversationsAsync()).Data).With.Name);
    }
}
