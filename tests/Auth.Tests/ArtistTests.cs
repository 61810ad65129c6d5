using Microsoft.Extensions.DependencyInjection;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

public sealed class ArtistTests(AuthApp app) : IClassFixture<AuthApp>
{
    private const string Artists = "/api/v1/auth/artists";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves(Requirement.FieldRights)]
    public async Task Everybody_sees_an_artist_by_user_name_but_not_the_address()
    {
        var artist = await app.Join(Roles.Artist);

        using var response = await app.Http.Get($"{Artists}/{artist.Person.Username.ToUpperInvariant()}");

        var card = (await response.Should(HttpStatusCode.OK)).GetProperty("artist");
        Assert.Equal((artist.Id.ToString(), artist.Person.Name), (card.Text("_id"), card.Text("name")));
        Assert.Equal("", card.GetProperty("avatar").Text("url"));
        Assert.DoesNotContain("@", card.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Buyers_the_unproven_and_the_blocked_are_not_on_show()
    {
        var buyer = await app.Join();
        var blocked = await app.Join(Roles.Artist);
        await app.Service.Services.GetRequiredService<AccountStore>().SetBlockedAsync(blocked.Id, true, Ct);
        var unproven = AuthApp.Someone(Roles.Artist);
        await app.SignUp(unproven);

        foreach (var username in new[] { buyer.Person.Username, blocked.Person.Username, unproven.Username, "nobody-at-all" })
        {
            using var response = await app.Http.Get($"{Artists}/{username}");
            await response.Refuses(HttpStatusCode.NotFound, "not_found");
        }
    }

    [Fact]
    public async Task The_directory_is_paged_and_searched()
    {
        var word = $"w{Guid.NewGuid():N}";
        var artists = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            artists.Insert(0, (await app.Join(AuthApp.Someone(Roles.Artist) with { Name = $"{word} {i}" })).Person.Username);
        }

        using var first = await app.Http.Get($"{Artists}?q={word}&limit=2");
        var page = await first.Should(HttpStatusCode.OK);
        using var second = await app.Http.Get($"{Artists}?q={word}&limit=2&cursor={page.Text("nextCursor")}");
        var next = await second.Should(HttpStatusCode.OK);
        using var third = await app.Http.Get($"{Artists}?q={word}&limit=2&page=3");
        var last = await third.Should(HttpStatusCode.OK);

        Assert.Equal(artists, Usernames(page).Concat(Usernames(next)).Concat(Usernames(last)));
        Assert.Equal((1, true), (page.GetProperty("page").GetInt32(), page.GetProperty("hasMore").GetBoolean()));
        Assert.False(last.GetProperty("hasMore").GetBoolean());
        using var none = await app.Http.Get($"{Artists}?q=w{Guid.NewGuid():N}");
        Assert.Empty(Usernames(await none.Should(HttpStatusCode.OK)));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=51")]
    [InlineData("limit=x")]
    [InlineData("page=0")]
    [InlineData("page=99999")]
    [InlineData("cursor=nonsense")]
    [InlineData("q=12345678901234567890123456789012345678901234567890123456789012345")]
    [Proves(Requirement.Paging)]
    public async Task A_question_the_directory_does_not_understand_is_refused(string query)
    {
        using var response = await app.Http.Get($"{Artists}?{query}");

        await response.Refuses(HttpStatusCode.BadRequest, "invalid_query");
    }

    private static IEnumerable<string> Usernames(System.Text.Json.JsonElement page) =>
        page.GetProperty("artists").EnumerateArray().Select(artist => artist.Text("username"));
}
