using Microsoft.AspNetCore.WebUtilities;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Auth.Tests;

/// <summary>Auth with a client id, in front of a provider on loopback.</summary>
public sealed class GoogleApp : AuthApp, IAsyncLifetime
{
    public FakeGoogle Google { get; private set; } = null!;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        Google = await FakeGoogle.StartAsync();
        await InitializeAsync();
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await Google.DisposeAsync();
    }

    public override void Prepare(TestSetup test)
    {
        test.Settings["Google:ClientId"] = "client";
        test.Settings["Google:ClientSecret"] = "secret";
        test.Settings["Google:AuthorizationEndpoint"] = "https://accounts.example/authorize";
        test.Settings["Google:TokenEndpoint"] = $"{Google.Address}token";
        test.Settings["Google:UserInformationEndpoint"] = $"{Google.Address}userinfo";
    }
}

public sealed class GoogleTests(GoogleApp app) : IClassFixture<GoogleApp>
{
    private const string Front = "http://localhost:3000";
    private const string Callback = "/api/v1/auth/google/callback";

    private static int _subjects;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
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
    public async Task A_newcomer_signs_up_by_Google_and_comes_back_signed_in()
    {
        var user = User();

        using var back = await Go("mode=signup&role=ARTIST", user);

        Assert.Equal(Front, back.Headers.Location!.OriginalString);
        using var me = await Me(back);
        var account = (await me.Should(HttpStatusCode.OK)).GetProperty("user");
        Assert.Equal((user.email, "ARTIST", user.name), (account.Text("email"), account.Text("role"), account.Text("name")));
        var registered = await app.Next<UserRegistered>(e => e.Email == user.email);
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
    public async Task Who_has_proven_the_address_here_may_also_come_by_Google()
    {
        var member = await app.Join();

        using var back = await Go("mode=signin", User() with { email = member.Person.Email });

        using var me = await Me(back);
        Assert.Equal(member.Id.ToString(), (await me.Should(HttpStatusCode.OK)).GetProperty("user").Text("_id"));
        using var signUp = await Go("mode=signup&role=USER", User() with { email = member.Person.Email });
        Assert.Equal($"{Front}/auth/signin?error=User%20already%20exists", signUp.Headers.Location!.OriginalString);
        using var otherPerson = await Go("mode=signin", User() with { email = member.Person.Email });
        Assert.Equal($"{Front}/auth/signin?error=GOOGLE_FAILED", otherPerson.Headers.Location!.OriginalString);
        using var password = await app.SignIn(member.Person.Email, member.Person.Password);
        await password.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_signed_up_with_a_foreign_address_loses_it_to_its_owner()
    {
        var attacker = AuthApp.Someone(Roles.Artist);
        await app.SignUp(attacker);
        var code = await app.CodeFor(attacker.Email);

        using var back = await Go("mode=signup&role=USER", User() with { email = attacker.Email, name = "The Owner" });

        using var me = await Me(back);
        var owner = (await me.Should(HttpStatusCode.OK)).GetProperty("user");
        Assert.Equal(("The Owner", "USER"), (owner.Text("name"), owner.Text("role")));
        using var attackersPassword = await app.SignIn(attacker.Email, attacker.Password);
        await attackersPassword.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        using var attackersCode = await app.Verify(attacker.Email, code);
        await attackersCode.Refuses(HttpStatusCode.BadRequest, "otp_expired");
        await app.Next<UserRegistered>(e => e.Email == attacker.Email && e.Name == "The Owner");
    }

    [Fact]
    public async Task A_user_name_that_is_taken_gets_a_suffix()
    {
        var member = await app.Join();

        using var back = await Go("mode=signup&role=USER", User() with { email = $"{member.Person.Username}@elsewhere.example" });

        using var me = await Me(back);
        Assert.Matches($"^{member.Person.Username}-[0-9a-f]{{4}}$", (await me.Should(HttpStatusCode.OK)).GetProperty("user").Text("username"));
    }

    [Fact]
    public async Task An_address_that_Google_has_not_verified_counts_for_nothing()
    {
        using var back = await Go("mode=signup&role=USER", User() with { email_verified = false });

        Assert.Equal($"{Front}/auth/signin?error=EmailId%20not%20found%20in%20google", back.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Who_cancels_or_comes_with_a_foreign_state_is_sent_to_sign_in()
    {
        var (challenge, cookie) = await Leave("mode=signin");
        var state = QueryHelpers.ParseQuery(challenge.Query)["state"].ToString();
        var code = app.Google.Agree(challenge, User());

        using var cancelled = await Return($"error=access_denied&state={Uri.EscapeDataString(state)}", cookie);
        using var withoutCookie = await Return($"code={code}&state={Uri.EscapeDataString(state)}", null);
        using var madeUp = await Return($"code={code}&state=made-up", cookie);
        using var nothing = await Return("", null);

        Assert.Equal($"{Front}/auth/signin?error=AUTH_FAILED", cancelled.Headers.Location!.OriginalString);
        Assert.All(new[] { withoutCookie, madeUp, nothing }, response => Assert.Equal($"{Front}/auth/signin?error=GOOGLE_FAILED", response.Headers.Location!.OriginalString));
    }

    [Fact]
    public async Task A_mode_is_needed_and_a_role_to_sign_up()
    {
        using var noMode = await app.Http.Get("/api/v1/auth/google");
        using var otherMode = await app.Http.Get("/api/v1/auth/google?mode=admin");
        using var admin = await app.Http.Get("/api/v1/auth/google?mode=signup&role=ADMIN");

        await noMode.Refuses(HttpStatusCode.BadRequest, "invalid_query");
        await otherMode.Refuses(HttpStatusCode.BadRequest, "invalid_query");
        Assert.Equal($"{Front}/auth/signin?error=Invalid%20role", admin.Headers.Location!.OriginalString);
    }

    private static GoogleAnswer User()
    {
        var number = Interlocked.Increment(ref _subjects);
        return new GoogleAnswer($"subject-{number}", $"googler{number}@example.com", true, $"Googler {number}");
    }

    private async Task<HttpResponseMessage> Go(string query, GoogleAnswer user)
    {
        var (challenge, cookie) = await Leave(query);
        var state = QueryHelpers.ParseQuery(challenge.Query)["state"].ToString();
        var back = await Return($"code={app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(state)}", cookie);
        Assert.Equal(HttpStatusCode.Redirect, back.StatusCode);
        return back;
    }

    private async Task<(Uri Challenge, string Cookie)> Leave(string query)
    {
        using var response = await app.Http.Get($"/api/v1/auth/google?{query}");
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return (response.Headers.Location!, Assert.Single(response.Headers.GetValues("Set-Cookie")));
    }

    private async Task<HttpResponseMessage> Return(string query, string? cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Callback}?{query}");
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie.Split(';')[0]);
        }

        return await app.Http.SendAsync(request, Ct);
    }

    private async Task<HttpResponseMessage> Me(HttpResponseMessage signedIn)
    {
        Assert.Equal(Front, signedIn.Headers.Location!.OriginalString);
        var token = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("token=ey", StringComparison.Ordinal));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/auth/me");
        request.Headers.Add("Cookie", token.Split(';')[0]);
        return await app.Http.SendAsync(request, Ct);
    }

    /// <summary>What Google's userinfo says, in its own spelling.</summary>
    private sealed record GoogleAnswer(string sub, string email, bool email_verified, string name);
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
