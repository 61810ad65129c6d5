using Microsoft.Extensions.DependencyInjection;
using Visuels.Auth.Accounts;
using Visuels.Auth.Google;
using Visuels.Contracts.Accounts;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Who comes from Google into an account that was there before.</summary>
[Proves(Requirement.Linking)]
public sealed class GoogleLinkTests(GoogleApp app) : GoogleFlowTests(app), IClassFixture<GoogleApp>
{
    private const string Organisation = "example.com";

    private readonly GoogleApp _app = app;

    [Theory]
    [InlineData("gmail.com", null)]
    [InlineData("studio.example", Organisation)]
    public async Task Who_has_proven_an_address_at_Google_here_may_also_come_by_Google_and_is_told(string host, string? hd)
    {
        var someone = AuthApp.Someone();
        var member = await _app.Join(someone with { Email = $"{someone.Username}@{host}" });
        var user = User() with { email = member.Person.Email, hd = hd };

        using var back = await Go("mode=signin", user);

        using var me = await Me(back);
        Assert.Equal(member.Id.ToString(), (await me.Should(HttpStatusCode.OK)).GetProperty("user").Text("_id"));
        var told = await _app.Next<GoogleLinked>(e => e.UserId == member.Id.ToString());
        Assert.Equal((member.Person.Email, member.Person.Name), (told.Email, told.Name));
        Assert.True(told.Version > 0);
        using var password = await _app.SignIn(member.Person.Email, member.Person.Password);
        await password.Should(HttpStatusCode.OK);
        using var signUp = await Go("mode=signup&role=USER", User() with { email = user.email, hd = hd });
        Assert.Equal($"{Front}/auth/signin?error=User%20already%20exists", signUp.Headers.Location!.OriginalString);
        using var otherPerson = await Go("mode=signin", User() with { email = user.email, hd = hd });
        AssertRefused(otherPerson);
    }

    [Theory]
    [InlineData("")]
    [InlineData(17)]
    [InlineData(true)]
    [InlineData(null)]
    public async Task An_address_that_is_not_at_Google_opens_no_account_that_was_there_before(object? hd)
    {
        var member = await _app.Join();

        using var back = await Go("mode=signin", User() with { email = member.Person.Email, hd = hd });

        AssertSignInFirst(back);
        Assert.Null((await Stored(member)).GoogleSubject);
        using var password = await _app.SignIn(member.Person.Email, member.Person.Password);
        await password.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whoever_has_just_signed_in_by_password_links_any_address_of_theirs()
    {
        var member = await _app.Join();
        var user = User() with { email = member.Person.Email };
        using var browser = await SignedIn(member);

        using var back = await Go("mode=signin", user, browser);

        using var me = await Me(back);
        await me.Should(HttpStatusCode.OK);
        await _app.Next<GoogleLinked>(e => e.UserId == member.Id.ToString());
        using var later = await Go("mode=signin", user with { email = "moved-" + user.email });
        using var meLater = await Me(later);
        Assert.Equal(member.Id.ToString(), (await meLater.Should(HttpStatusCode.OK)).GetProperty("user").Text("_id"));
    }

    [Fact]
    public async Task A_session_of_somebody_else_an_old_one_and_one_that_has_ended_link_nothing()
    {
        var member = await _app.Join();
        var user = User() with { email = member.Person.Email };
        using var somebody = await SignedIn(await _app.Join());
        using var others = await Go("mode=signin", user, somebody);
        AssertSignInFirst(others);

        using var leaving = await SignedIn(member);
        var (challenge, cookie) = await Leave("mode=signin", leaving);
        using var left = await leaving.Post("/signout", new { });
        await left.Should(HttpStatusCode.OK);
        using var ended = await Return($"code={_app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(StateOf(challenge))}", cookie);
        AssertSignInFirst(ended);

        using var thrownOut = await SignedIn(member);
        (challenge, cookie) = await Leave("mode=signin", thrownOut);
        // The session's document is left, as it is when a process ends between the two writes.
        await _app.Service.Services.GetRequiredService<AccountStore>().EndSessionsAsync(member.Id, kept: null, Ct);
        using var over = await Return($"code={_app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(StateOf(challenge))}", cookie);
        AssertSignInFirst(over);

        using var staying = await SignedIn(member);
        _app.Clock.Advance(TimeSpan.FromMinutes(9));
        using var renewed = await staying.Post("/refresh", new { });
        await renewed.Should(HttpStatusCode.OK);
        _app.Clock.Advance(TimeSpan.FromMinutes(2));
        using var old = await Go("mode=signin", user, staying);
        AssertSignInFirst(old);
        Assert.Null((await Stored(member)).GoogleSubject);
    }

    [Fact]
    [Proves(Requirement.SecondFactor)]
    public async Task An_account_with_a_second_factor_is_linked_only_by_who_has_just_shown_it()
    {
        var holder = await FactorHolder.Join(_app);
        var user = User() with { email = holder.Member.Person.Email, hd = Organisation };
        using var stranger = await Go("mode=signin", user);
        AssertSignInFirst(stranger);

        using var owner = await Go("mode=signin", user, holder.Member.Http);

        Assert.StartsWith($"{Front}/auth/signin?error=SECOND_FACTOR_REQUIRED#ticket=v1.", owner.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Equal(user.sub, (await Stored(holder.Member)).GoogleSubject);
    }

    [Fact]
    public async Task Nobody_is_linked_to_a_blocked_account()
    {
        var member = await _app.Join();
        await _app.Service.Services.GetRequiredService<AccountStore>().SetBlockedAsync(member.Id, true, Ct);

        using var back = await Go("mode=signin", User() with { email = member.Person.Email, hd = Organisation });

        Assert.Equal($"{Front}/auth/signin?error=This%20account%20is%20blocked", back.Headers.Location!.OriginalString);
        Assert.Null((await Stored(member)).GoogleSubject);
    }

    [Fact]
    public async Task Of_five_people_of_one_address_at_once_one_is_linked_and_one_mail_tells()
    {
        var member = await _app.Join();

        var backs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Go("mode=signin", User() with { email = member.Person.Email, hd = Organisation })));

        var winner = Assert.Single(backs, back => back.Headers.Location!.OriginalString == Front);
        Assert.All(backs.Where(back => back != winner), AssertRefused);
        await _app.Next<GoogleLinked>(e => e.UserId == member.Id.ToString());
        Assert.Single(_app.Service.Bus.Published<GoogleLinked>().Where(e => e.UserId == member.Id.ToString()).DistinctBy(e => e.At));
    }

    private async Task<HttpClient> SignedIn(Member member)
    {
        var browser = _app.Browser();
        using var signedIn = await browser.Post("/email-signin", new { member.Person.Email, member.Person.Password });
        await signedIn.Should(HttpStatusCode.OK);
        return browser;
    }

    private async Task<Account> Stored(Member member) =>
        (await _app.Service.Services.GetRequiredService<AccountStore>().FindAsync(member.Id, Ct))!;

    private static void AssertSignInFirst(HttpResponseMessage back)
    {
        Assert.Equal($"{Front}/auth/signin?error={Uri.EscapeDataString(GoogleErrors.SignInFirst)}", back.Headers.Location!.OriginalString);
        AssertNoSession(back);
    }
}
