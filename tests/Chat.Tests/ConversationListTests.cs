using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Chat.Tests;

public sealed class ConversationListTests(ChatApp app) : IClassFixture<ChatApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_has_as_many_conversations_as_there_are_people_newest_first()
    {
        var artist = app.Artist();
        var buyers = Enumerable.Range(0, 12).Select(i => app.Buyer($"b{i}")).ToList();
        foreach (var buyer in buyers)
        {
            await buyer.SendAsync(artist, $"from {buyer.Name}");
        }

        var first = await artist.ConversationsAsync("?limit=5");
        var second = await artist.ConversationsAsync($"?limit=5&cursor={first.NextCursor}");
        var third = await artist.ConversationsAsync($"?limit=5&cursor={second.NextCursor}");

        var all = first.Data.Concat(second.Data).Concat(third.Data).ToList();
        Assert.Equal(buyers.Select(buyer => buyer.Id).Reverse(), all.Select(chat => chat.With.Id));
        Assert.Equal((5, 5, 2), (first.Data.Count, second.Data.Count, third.Data.Count));
        Assert.Null(third.NextCursor);

        await artist.SendAsync(buyers[0], "and the oldest becomes the newest");
        Assert.Equal(buyers[0].Id, (await artist.ConversationsAsync("?limit=1")).Data[0].With.Id);
    }

    [Fact]
    public async Task A_conversation_shows_whom_it_is_with_and_how_its_last_message_begins()
    {
        var (buyer, artist) = (app.Buyer("Bea"), app.Artist("Ada"));
        // The 200th character is the first half of a pair.
        var content = new string('x', 199) + "\U0001F3A8" + " and more";
        var sent = await artist.SendAsync(buyer, content);

        var list = await buyer.Http.GetFromJsonAsync<JsonElement>("/api/v1/message/conversations", Ct);

        var chat = Assert.Single(list.GetProperty("data").EnumerateArray());
        Assert.Equal(["chatId", "with", "lastMessage", "lastMessageAt", "unread"], chat.EnumerateObject().Select(member => member.Name));
        Assert.Equal(sent.ChatId.ToString(), chat.GetProperty("chatId").GetString());
        Assert.Equal(
            $$"""{"_id":"{{artist.Id}}","name":"Ada","username":"{{artist.Username}}"}""",
            chat.GetProperty("with").GetRawText());
        Assert.Equal(new string('x', 199), chat.GetProperty("lastMessage").GetString());
        Assert.Equal(1, chat.GetProperty("unread").GetInt64());
        Assert.Equal(JsonValueKind.Null, list.GetProperty("nextCursor").ValueKind);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=51")]
    [InlineData("limit=ten")]
    [InlineData("cursor=x")]
    [InlineData("cursor=")]
    [InlineData("cursor=FAAAAAR2AAwAAAAQMAABAAAAAAA")]
    [Proves(Requirement.Paging)]
    public async Task A_bad_page_is_refused(string query)
    {
        using var response = await app.Buyer().Http.GetAsync($"/api/v1/message/conversations?{query}", Ct);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_query"), (response.StatusCode, await Person.CodeAsync(response)));
    }

    [Fact]
    public async Task A_page_costs_the_store_the_same_however_many_conversations_it_holds()
    {
        var artist = app.Artist();
        await app.Buyer().SendAsync(artist, "1");
        await artist.ConversationsAsync();
        var forOne = await StoreCalls.CountAsync(() => artist.Http.GetAsync("/api/v1/message/conversations", Ct));
        for (var i = 0; i < 9; i++)
        {
            var buyer = app.Buyer();
            await buyer.SendAsync(artist, "one of many");
            await artist.SendAsync(buyer, "thanks");
        }

        Assert.True(forOne > 0);
        Assert.Equal(forOne, await StoreCalls.CountAsync(() => artist.Http.GetAsync("/api/v1/message/conversations", Ct)));
    }
}
