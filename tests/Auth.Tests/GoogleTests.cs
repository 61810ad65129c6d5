using Microsoft.AspNetCore.WebUtilities;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Contracts.Accounts;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

[Proves(Requirement.Google)]
public sealed class GoogleTests(GoogleApp app) : GoogleFlowTests(app), IClassFixture<GoogleApp>
{
    private readonly GoogleApp _app = app;

    [Fact]
    [Proves("T4")]
    public async Task The_way_to_Google_starts_with_a_bound_state_PKCE_and_the_public_address()
    {
        var (challenge, cookie) = await Leave("mode=signin");

        var query = QueryHelpers.ParseQuery(challenge.Query);
        Assert.Equal("https://accounts.example/authorize", challenge.GetLeftPart(UriPartial.Path));
        Assert.Equal(("client", "http://localhost:4000" + Callback), (query["client_id"].ToString(), query["redirect_uri"].ToString()));
        Assert.Equal(("code", "S256"), (query["response_type"].ToString(), query["code_challenge_method"].ToString()));
        Assert.Contains("email", query["scope"].ToString(), StringComparison.Ordinal);
        Assert.True(query["state"].ToString().Length > 100);
        Assert.Contains("samesite=lax; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secure", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [Proves(Requirement.Linking)]
    public async Task A_newcomer_signs_up_by_Google_and_comes_back_signed_in()
    {
        var user = User();

        using var back = await Go("mode=signup&role=ARTIST", user);

        Assert.Equal(Front, back.Headers.Location!.OriginalString);
        using var me = await Me(back);
        var account = (await me.Should(HttpStatusCode.OK)).GetProperty("user");
        Assert.Equal((user.email, "ARTIST", user.name), (account.Text("email"), account.Text("role"), account.Text("name")));
        var registered = await _app.Next<UserRegistered>(e => e.Email == user.email);
        Assert.Equal(account.Text("_id"), registered.UserId);

        using var again = await Go("mode=signin", user with { email = "moved-" + user.email });
        using var meAgain = await Me(again);
        Assert.Equal(account.Text("_id"), (await meAgain.Should(HttpStatusCode.OK)).GetProperty("user").Text("_id"));
        using var secondSignUp = await Go("mode=signup&role=USER", user);
        Assert.Equal($"{Front}/auth/signin?error=User%20already%20exists", secondSignUp.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Who_is_not_known_is_sent_to_sign_up()
    {
        using var back = await Go("mode=signin", User());

        Assert.Equal($"{Front}/auth/signin?error=User%20not%20found%2C%20please%20signup", back.Headers.Location!.OriginalString);
        Assert.DoesNotContain(back.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("token=ey", StringComparison.Ordinal));
    }

    [Fact]
    [Proves("T20")]
    public async Task A_user_name_that_is_taken_gets_a_suffix()
    {
        var member = await _app.Join();

        using var back = await Go("mode=signup&role=USER", User() with { email = $"{member.Person.Username}@elsewhere.example" });

        using var me = await Me(back);
        Assert.Matches($"^{member.Person.Username}-[0-9a-f]{{4}}$", (await me.Should(HttpStatusCode.OK)).GetProperty("user").Text("username"));
    }

    [Fact]
    [Proves("T20")]
    public async Task Twenty_people_of_one_user_name_all_get_an_account()
    {
        var name = $"same{Guid.NewGuid():N}"[..16];

        var backs = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Go("mode=signup&role=ARTIST", User() with { email = $"{name}@host{i}.example" })));

        Assert.All(backs, back => Assert.Equal(Front, back.Headers.Location!.OriginalString));
        var usernames = await _app.Service.Database.GetCollection<Account>(AccountStore.Collection)
            .Find(a => a.UsernameKey.StartsWith(name)).Project(a => a.Username).ToListAsync(Ct);
        Assert.Equal(20, usernames.Distinct().Count());
    }

    [Fact]
    public async Task Who_comes_twice_at_once_gets_one_account()
    {
        var user = User();

        var backs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Go("mode=signup&role=USER", user)));

        Assert.Contains(backs, back => back.Headers.Location!.OriginalString == Front);
        Assert.Equal(1, await _app.Service.Database.GetCollection<Account>(AccountStore.Collection).CountDocumentsAsync(a => a.Email == user.email, cancellationToken: Ct));
    }

    [Fact]
    [Proves(Requirement.SecondFactor)]
    public async Task With_a_second_factor_Google_alone_begins_no_session()
    {
        var user = User();
        using var first = await Go("mode=signup&role=USER", user);
        var cookies = string.Join("; ", first.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        var secret = (await Send("", new { }, cookies)).Text("secret");
        await Send("/confirm", new { code = FactorHolder.CodeOf(secret, _app.Clock.GetUtcNow()) }, cookies);

        using var back = await Go("mode=signin", user);

        var location = back.Headers.Location!.OriginalString;
        Assert.StartsWith($"{Front}/auth/signin?error=SECOND_FACTOR_REQUIRED#ticket=v1.", location, StringComparison.Ordinal);
        AssertNoSession(back);
        _app.Clock.Advance(TimeSpan.FromSeconds(30));
        using var verified = await _app.Post(
            "/second-factor/verify", new { ticket = location.Split("#ticket=")[1], code = FactorHolder.CodeOf(secret, _app.Clock.GetUtcNow()) });
        Assert.Equal(user.email, (await verified.Should(HttpStatusCode.OK)).GetProperty("user").Text("email"));
        Assert.Equal(3, verified.Headers.GetValues("Set-Cookie").Count());
    }

    [Fact]
    [Proves(Requirement.SecondFactor)]
    public async Task Who_has_no_password_switches_the_factor_on_only_soon_after_sign_in()
    {
        using var back = await Go("mode=signup&role=USER", User());
        var cookies = string.Join("; ", back.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        _app.Clock.Advance(TimeSpan.FromMinutes(9));
        using var renewed = await Post("/api/v1/auth/refresh", null, cookies);
        await renewed.Should(HttpStatusCode.OK);
        _app.Clock.Advance(TimeSpan.FromMinutes(2));

        using var refused = await Post(
            "/api/v1/auth/second-factor", new { }, string.Join("; ", renewed.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0])));

        await refused.Refuses(HttpStatusCode.Forbidden, "reauthentication_required");
    }

    [Fact]
    public async Task A_mode_is_needed_and_a_role_to_sign_up()
    {
        using var noMode = await _app.Http.Get("/api/v1/auth/google");
        using var otherMode = await _app.Http.Get("/api/v1/auth/google?mode=admin");
        using var admin = await _app.Http.Get("/api/v1/auth/google?mode=signup&role=ADMIN");

        await noMode.Refuses(HttpStatusCode.BadRequest, "invalid_query");
        await otherMode.Refuses(HttpStatusCode.BadRequest, "invalid_query");
        Assert.Equal($"{Front}/auth/signin?error=Invalid%20role", admin.Headers.Location!.OriginalString);
    }
}

public sealed class WithoutGoogleTests(AuthApp app) : IClassFixture<AuthApp>
{
    [Fact]
    public async Task Without_a_client_id_there_is_no_sign_in_by_Google()
    {
        foreach (var path in new[] { "?mode=signin", "?mode=signup&role=USER", "/callback?code=x&state=y" })
        {
            using var response = await app.Http.Get($"/api/v1/auth/google{path}");
            await response.Refuses(HttpStatusCode.ServiceUnavailable, "google_not_configured");
        }

        using var noMode = await app.Http.Get("/api/v1/auth/google");
        await noMode.Refuses(HttpStatusCode.BadRequest, "invalid_query");
    }
}
