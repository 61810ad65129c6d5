using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>What a browser shows to whom the mail about a changed address has reached.</summary>
[Proves(Requirement.AddressChange)]
public sealed partial class AddressUndoPageTests(AuthApp app) : IClassFixture<AuthApp>
{
    private const string Page = "/api/v1/auth/email/undo";
    private const string Gateway = "http://localhost:4000";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Following_the_link_changes_nothing_and_its_form_undoes_the_change()
    {
        var (member, token) = await Moved();
        var before = await Stored(member);

        var (asked, page) = await Open(token);
        Assert.Equal(HttpStatusCode.OK, asked);
        Assert.Equal(before, await Stored(member));

        var form = Form().Match(page);
        Assert.Equal(Page, new Uri(new Uri(app.Http.BaseAddress!, $"{Page}?token={token}"), form.Groups["action"].Value).AbsolutePath);
        Assert.Equal(token, form.Groups["token"].Value);
        using var undone = await Submit(form.Groups["token"].Value);

        await Shows(undone, HttpStatusCode.OK, "Your account has its address back");
        Assert.Equal((member.Person.Email, null), ((await app.Account(member)).Email, (await app.Account(member)).PasswordHash));
        Assert.Contains("<a href=\"http://localhost:3000\">", await undone.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        using var again = await Submit(token);
        await Shows(again, HttpStatusCode.BadRequest, "This change cannot be undone any more");
    }

    [Theory]
    [InlineData("")]
    [InlineData("nothing of ours")]
    [InlineData("""0"><script>alert(1)</script><i a='""")]
    public async Task The_page_is_the_same_for_every_token_and_runs_none(string token)
    {
        var (_, real) = await Moved();
        var (_, page) = await Open(real);

        var (status, shown) = await Open(token);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(page.Replace(real, WebUtility.HtmlEncode(token), StringComparison.Ordinal), shown);
        Assert.DoesNotContain("<script", shown, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [Proves(Requirement.Headers)]
    public async Task The_page_stays_in_no_cache_and_tells_no_other_site_its_address()
    {
        using var asked = await app.Http.GetAsync($"{Page}?token=any", Ct);
        using var refused = await Submit("any");

        foreach (var answer in new[] { asked, refused })
        {
            Assert.True(answer.Headers.CacheControl?.NoStore);
            Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
            Assert.Equal(
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
                Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
            // Without this, the header makes browsers send the form from the origin "null".
            Assert.Contains("<meta name=\"referrer\" content=\"strict-origin\">", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Gateway, HttpStatusCode.OK)]
    [InlineData("https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    [Proves(Requirement.CrossSite)]
    public async Task A_browser_with_the_cookies_of_a_session_can_send_the_form_from_our_page_only(string origin, HttpStatusCode expected)
    {
        var (_, token) = await Moved();
        using var request = new HttpRequestMessage(HttpMethod.Post, Page) { Content = Token(token) };
        request.Headers.Add("Cookie", $"{SessionCookies.Refresh}=ended-long-ago");
        request.Headers.Add("Origin", origin);

        using var answer = await app.Http.SendAsync(request, Ct);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task A_form_with_an_empty_token_or_a_wrong_one_is_told_so_by_a_page()
    {
        var (member, token) = await Moved();
        var before = await Stored(member);

        foreach (var wrong in new[] { "", "nothing of ours", $"{member.Id}.{new string('0', 32)}", token + "0", new string('a', 5000), $"{token}<b>" })
        {
            using var refused = await Submit(wrong);
            await Shows(refused, HttpStatusCode.BadRequest, "This change cannot be undone any more");
        }

        Assert.Equal(before, await Stored(member));
    }

    [Fact]
    public async Task Who_is_too_late_for_the_address_or_blocked_reads_why()
    {
        var (taken, blocked) = (await Moved(), await Moved());
        app.Clock.Advance(Code.Gap);
        await app.Join(taken.Member.Person.Email, not: taken.Member);
        await app.Service.Services.GetRequiredService<AccountStore>().SetBlockedAsync(blocked.Member.Id, true, Ct);

        using var late = await Submit(taken.Token);
        using var refused = await Submit(blocked.Token);

        await Shows(late, HttpStatusCode.Conflict, "Another account has this address");
        await Shows(refused, HttpStatusCode.Forbidden, "This account is blocked");
    }

    [Fact]
    public async Task Bodies_of_other_kinds_and_none_are_answered_by_a_problem()
    {
        using var json = await app.UndoAddress("nothing of ours");
        using var text = await app.Http.PostAsync(Page, new StringContent("token=any"), Ct);
        using var parts = await app.Http.PostAsync(Page, new MultipartFormDataContent { { new StringContent("any"), "token" } }, Ct);
        using var other = await app.Http.PostAsync(Page, new FormUrlEncodedContent([new("tokens", "any")]), Ct);
        using var none = await app.Http.PostAsync(Page, null, Ct);
        using var empty = await app.Http.PostAsync(Page, new FormUrlEncodedContent([]), Ct);

        await json.Refuses(HttpStatusCode.BadRequest, "undo_invalid");
        foreach (var answer in new[] { text, parts, other })
        {
            await answer.Refuses(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        }

        foreach (var answer in new[] { none, empty })
        {
            Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        }
    }

    private async Task<(Member Member, string Token)> Moved()
    {
        var member = await app.Join();
        await app.MoveTo(member, AddressMoves.NewAddress());
        return (member, await app.UndoTokenFor(member.Person.Email));
    }

    /// <summary>What undoing would change.</summary>
    private async Task<string> Stored(Member member)
    {
        var account = await app.Account(member);
        return new { account.Email, account.PasswordHash, account.Version, Former = account.FormerAddresses.Select(former => former.Hash) }.ToJson();
    }

    private async Task<(HttpStatusCode Status, string Page)> Open(string token)
    {
        using var answer = await app.Http.GetAsync($"{Page}?token={Uri.EscapeDataString(token)}", Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private Task<HttpResponseMessage> Submit(string token) => app.Http.PostAsync(Page, Token(token), Ct);

    private static FormUrlEncodedContent Token(string token) => new([new("token", token)]);

    private static async Task Shows(HttpResponseMessage answer, HttpStatusCode status, string words)
    {
        var page = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode} instead of {(int)status}: {page}");
        Assert.Equal(MediaTypeHeaderValue.Parse("text/html; charset=utf-8"), answer.Content.Headers.ContentType);
        Assert.Contains(words, page, StringComparison.Ordinal);
    }

    [GeneratedRegex("""<form method="post" action="(?<action>[^"]+)">\s*<input type="hidden" name="token" value="(?<token>[^"]+)">""")]
    private static partial Regex Form();
}
