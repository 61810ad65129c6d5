using System.Net;
using System.Net.Http.Json;
using Visuels.Testing.Requirements;

namespace Visuels.Chat.Tests;

[Proves(Requirement.ChatRights)]
public sealed class RightsTests(ChatApp app) : IClassFixture<ChatApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves("T8")]
    public async Task Everybody_has_as_many_conversations_as_there_are_people_to_talk_to()
    {
        var (buyer, artists) = (app.Buyer(), Enumerable.Range(0, 4).Select(i => app.Artist($"Ada{i}")).ToList());
        foreach (var artist in artists)
        {
            await buyer.SendAsync(artist, $"hello {artist.Name}");
        }

        Assert.Equal(["Ada3", "Ada2", "Ada1", "Ada0"], (await buyer.ConversationsAsync()).Data.Select(chat => chat.With.Name));
        Assert.Equal("hello Ada1", Assert.Single((await artists[1].HistoryAsync(buyer)).Data).Content);
    }

    // A conversation is named by the other person and the caller's own token: there is no way to name one of two others.
    [Fact]
    [Proves(Requirement.ObjectRights)]
    public async Task A_third_person_finds_no_conversation_of_two_others_by_any_id_of_it()
    {
        var (buyer, artist, third) = (app.Buyer(), app.Artist(), app.Buyer());
        var message = await buyer.SendAsync(artist, "between us");
        await using var device = await Device.ConnectAsync(app.Service, third);

        foreach (var id in new[] { message.ChatId, message.Id })
        {
            using var send = await third.Http.PostAsJsonAsync($"/api/v1/message/send/{id}", new { content = "x", type = "TEXT" }, Ct);
            using var read = await third.Http.PostAsJsonAsync($"/api/v1/message/read/{id}", new { seq = 1 }, Ct);
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (send.StatusCode, read.StatusCode));
            Assert.Contains("not_found: ", await device.RefusalAsync(hub => hub.SendAsync(id.ToString(), "x")), StringComparison.Ordinal);
            Assert.Empty((await third.Http.GetFromJsonAsync<Conversations.HistoryResponse>($"/api/v1/message/get/{id}", ServiceDefaults.Json.JsonRules.Web, Ct))!.Data);
        }

        foreach (var person in new[] { buyer, artist })
        {
            using var read = await third.ReadAsync(person, 1);
            Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
            Assert.Empty((await third.HistoryAsync(person)).Data);
        }

        Assert.Empty((await third.ConversationsAsync()).Data);
        Assert.Empty(device.Received);
    }

    [Fact]
    [Proves("T12")]
    public async Task A_header_that_names_a_user_names_nobody()
    {
        var (buyer, artist, victim) = (app.Buyer(), app.Artist(), app.Buyer());
        await victim.SendAsync(artist, "secret of the victim");
        using var anonymous = new HttpRequestMessage(HttpMethod.Get, "/api/v1/message/conversations") { Headers = { { "x-user-id", victim.Id.ToString() }, { "x-user-role", "USER" } } };
        using var asBuyer = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/message/send/{artist.Id}") { Headers = { { "x-user-id", victim.Id.ToString() } } };
        asBuyer.Content = JsonContent.Create(new { content = "from whom?", type = "TEXT" });

        using var refused = await app.Service.Anonymous.SendAsync(anonymous, Ct);
        using var sent = await buyer.Http.SendAsync(asBuyer, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Created, sent.StatusCode);
        Assert.Equal(buyer.Id, Assert.Single((await artist.HistoryAsync(buyer)).Data).SenderId);
        Assert.Single((await artist.HistoryAsync(victim)).Data);
    }
}
