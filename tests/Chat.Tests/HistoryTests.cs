using System.Net;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Chat.Tests;

public sealed class HistoryTests(ChatApp app) : IClassFixture<ChatApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_history_is_read_backwards_page_by_page()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        for (var i = 1; i <= 7; i++)
        {
            await buyer.SendAsync(artist, $"{i}");
        }

        var newest = await artist.HistoryAsync(buyer, "?limit=3");
        var middle = await artist.HistoryAsync(buyer, $"?limit=3&before={newest.NextBefore}");
        var oldest = await artist.HistoryAsync(buyer, $"?limit=3&before={middle.NextBefore}");

        Assert.Equal(["5", "6", "7"], newest.Data.Select(message => message.Content));
        Assert.Equal(["2", "3", "4"], middle.Data.Select(message => message.Content));
        Assert.Equal(["1"], oldest.Data.Select(message => message.Content));
        Assert.Equal((5, 2, null), (newest.NextBefore, middle.NextBefore, oldest.NextBefore));
    }

    [Fact]
    public async Task A_conversation_that_never_began_is_empty()
    {
        var history = await app.Buyer().HistoryAsync(app.Artist());

        Assert.True(history.Status);
        Assert.Empty(history.Data);
        Assert.Null(history.NextBefore);
    }

    [Fact]
    [Proves(Requirement.ChatRights)]
    [Proves(Requirement.ObjectRights)]
    public async Task A_third_person_sees_and_marks_nothing()
    {
        var (buyer, artist, third) = (app.Buyer(), app.Artist(), app.Buyer());
        await buyer.SendAsync(artist, "between us");

        using var read = await third.ReadAsync(artist, 1);

        Assert.Empty((await third.HistoryAsync(artist)).Data);
        Assert.Empty((await third.HistoryAsync(buyer)).Data);
        Assert.Empty((await third.ConversationsAsync()).Data);
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (read.StatusCode, await Person.CodeAsync(read)));
        Assert.Equal(1, await artist.UnreadAsync(buyer));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("limit=-1")]
    [InlineData("limit=x")]
    [InlineData("limit=1&limit=2")]
    [InlineData("before=0")]
    [InlineData("before=-3")]
    [InlineData("before=1.5")]
    [InlineData("before=99999999999999999999")]
    [Proves(Requirement.Paging)]
    public async Task A_bad_page_is_refused(string query)
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());

        using var response = await buyer.Http.GetAsync($"/api/v1/message/get/{artist.Id}?{query}", Ct);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_query"), (response.StatusCode, await Person.CodeAsync(response)));
    }

    [Fact]
    public async Task A_page_costs_the_store_the_same_however_long_it_is()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await buyer.SendAsync(artist, "1");
        var path = $"/api/v1/message/get/{artist.Id}?limit=100";
        var forOne = await StoreCalls.CountAsync(() => buyer.Http.GetAsync(path, Ct));
        for (var i = 2; i <= 20; i++)
        {
            await buyer.SendAsync(artist, $"{i}");
        }

        Assert.True(forOne > 0);
        Assert.Equal(forOne, await StoreCalls.CountAsync(() => buyer.Http.GetAsync(path, Ct)));
    }
}
