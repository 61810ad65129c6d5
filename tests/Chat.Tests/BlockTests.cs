using System.Net;
using System.Net.Http.Json;
using Visuels.Chat.Blocking;
using Visuels.ServiceDefaults.Json;
using Visuels.Testing.Requirements;

namespace Visuels.Chat.Tests;

[Proves(Requirement.ChatRights)]
public sealed class BlockTests(ChatApp app) : IClassFixture<ChatApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_is_blocked_is_told_so_over_http_and_hub_and_nothing_is_stored()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await buyer.SendAsync(artist, "hello");
        await BlockAsync(artist, buyer);

        using var refused = await buyer.PostAsync(artist, new { content = "again", type = "TEXT" });
        await using var device = await Device.ConnectAsync(app.Service, buyer);
        var overHub = await device.RefusalAsync(hub => hub.SendAsync(artist, "again"));

        Assert.Equal((HttpStatusCode.Forbidden, "blocked"), (refused.StatusCode, await Person.CodeAsync(refused)));
        Assert.Contains("blocked: ", overHub, StringComparison.Ordinal);
        Assert.Equal(["hello"], (await artist.HistoryAsync(buyer)).Data.Select(message => message.Content));
    }

    [Fact]
    public async Task Who_blocks_reads_on_but_writes_only_after_unblocking()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await artist.SendAsync(buyer, "buy this");
        await BlockAsync(buyer, artist);

        using var refused = await buyer.PostAsync(artist, new { content = "no", type = "TEXT" });
        Assert.Equal((HttpStatusCode.Conflict, "receiver_blocked"), (refused.StatusCode, await Person.CodeAsync(refused)));
        Assert.Equal(["buy this"], (await buyer.HistoryAsync(artist)).Data.Select(message => message.Content));
        Assert.True(Assert.Single((await buyer.ConversationsAsync()).Data).Blocked);
        Assert.False(Assert.Single((await artist.ConversationsAsync()).Data).Blocked);

        using var unblocked = await buyer.Http.DeleteAsync($"/api/v1/message/blocks/{artist.Id}", Ct);
        Assert.Equal(HttpStatusCode.NoContent, unblocked.StatusCode);
        await buyer.SendAsync(artist, "maybe");
        await artist.SendAsync(buyer, "please");
        Assert.False(Assert.Single((await buyer.ConversationsAsync()).Data).Blocked);
    }

    [Fact]
    public async Task A_block_is_one_persons_own()
    {
        var (buyer, other, artist) = (app.Buyer(), app.Buyer(), app.Artist());
        await BlockAsync(artist, buyer);

        await other.SendAsync(artist, "hello");
        using var removed = await other.Http.DeleteAsync($"/api/v1/message/blocks/{buyer.Id}", Ct);
        using var foreign = await buyer.Http.DeleteAsync($"/api/v1/message/blocks/{artist.Id}", Ct);

        using var refused = await buyer.PostAsync(artist, new { content = "again", type = "TEXT" });
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Empty((await ListAsync(buyer)).Data);
        Assert.Equal(buyer.Id, Assert.Single((await ListAsync(artist)).Data).User.Id);
    }

    [Fact]
    public async Task The_list_has_names_the_last_first_page_by_page_and_blocking_twice_is_once()
    {
        var artist = app.Artist();
        var buyers = Enumerable.Range(0, 3).Select(i => app.Buyer($"Ben{i}")).ToList();
        foreach (var buyer in buyers)
        {
            await BlockAsync(artist, buyer);
            await BlockAsync(artist, buyer);
        }

        var first = await ListAsync(artist, "?limit=2");
        var second = await ListAsync(artist, $"?limit=2&cursor={first.NextCursor}");

        Assert.Equal(["Ben2", "Ben1", "Ben0"], first.Data.Concat(second.Data).Select(block => block.User.Name));
        Assert.Null(second.NextCursor);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=51")]
    [InlineData("limit=x")]
    [InlineData("cursor=abc")]
    public async Task A_bad_page_is_refused(string query)
    {
        using var response = await app.Buyer().Http.GetAsync($"/api/v1/message/blocks?{query}", Ct);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_query"), (response.StatusCode, await Person.CodeAsync(response)));
    }

    [Fact]
    public async Task Only_somebody_else_who_exists_can_be_blocked()
    {
        var buyer = app.Buyer();

        using var self = await buyer.Http.PutAsync($"/api/v1/message/blocks/{buyer.Id}", null, Ct);
        using var nobody = await buyer.Http.PutAsync($"/api/v1/message/blocks/{app.Service.Stranger().Id}", null, Ct);
        using var anonymous = await app.Service.Anonymous.PutAsync($"/api/v1/message/blocks/{buyer.Id}", null, Ct);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_receiver"), (self.StatusCode, await Person.CodeAsync(self)));
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (nobody.StatusCode, await Person.CodeAsync(nobody)));
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
    }

    internal static async Task BlockAsync(Person blocker, Person blocked)
    {
        using var response = await blocker.Http.PutAsync($"/api/v1/message/blocks/{blocked.Id}", null, Ct);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    private static async Task<BlocksResponse> ListAsync(Person person, string query = "") =>
        (await person.Http.GetFromJsonAsync<BlocksResponse>($"/api/v1/message/blocks{query}", JsonRules.Web, Ct))!;
}
