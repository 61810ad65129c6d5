using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.Sessions;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

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
        test.Settings["Google:Timeout"] = "00:00:01";
        test.Settings["Google:UserInformationEndpoint"] = $"{Google.Address}userinfo";
    }
}

[Proves(Requirement.Google)]
public sealed class GoogleTests(GoogleApp app) : IClassFixture<GoogleApp>
{
    private const string Front = "http://localhost:3000";
    private const string Callback = "/api/v1/auth/google/callback";

    private static int _subjects;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

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
    [Proves(Requirement.Linking)]
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
    [Proves(Requirement.Linking), Proves("T1")]
    public async Task Who_signed_up_with_a_foreign_address_loses_it_to_its_owner()
    {
        var attacker = AuthApp.Someone(Roles.Artist);
        await app.SignUp(attacker);
        var code = await app.CodeFor(attacker.Email);
        // No route begins a session of an unproven account; should one ever have begun, it ends too.
        var services = app.Service.Services;
        var planted = (await services.GetRequiredService<AccountStore>().FindByEmailAsync(attacker.Email, Ct))!;
        var (session, refresh) = await services.GetRequiredService<SessionStore>().StartAsync(planted, "attacker", Ct);
        using var attackersClient = app.Service.Client(services.GetRequiredService<TokenSigner>().Sign(planted, session.Id));

        using var back = await Go("mode=signup&role=USER", User() with { email = attacker.Email, name = "The Owner" });

        using var me = await Me(back);
        var owner = (await me.Should(HttpStatusCode.OK)).GetProperty("user");
        Assert.Equal(("The Owner", "USER"), (owner.Text("name"), owner.Text("role")));
        using var attackersPassword = await app.SignIn(attacker.Email, attacker.Password);
        await attackersPassword.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        using var attackersRefresh = await app.Post("/refresh", new { refreshToken = refresh.Text });
        await attackersRefresh.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await Eventually.Until(
            async () =>
            {
                app.Clock.Advance(TimeSpan.FromMilliseconds(100));
                using var attackersToken = await attackersClient.Get("/api/v1/auth/me");
                return attackersToken.StatusCode == HttpStatusCode.Unauthorized;
            },
            "the attacker's access token is refused");
        using var attackersCode = await app.Verify(attacker.Email, code);
        await attackersCode.Refuses(HttpStatusCode.BadRequest, "otp_expired");
        await app.Next<UserRegistered>(e => e.Email == attacker.Email && e.Name == "The Owner");
    }

    [Fact]
    [Proves("T20")]
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
    [Proves("T4")]
    public async Task A_state_that_is_altered_foreign_or_used_before_begins_no_session()
    {
        var user = User();
        var (challenge, cookie) = await Leave("mode=signup&role=USER");
        var (otherChallenge, otherCookie) = await Leave("mode=signup&role=USER");
        var (state, otherState) = (StateOf(challenge), StateOf(otherChallenge));

        // Forty places in the state, one character each.
        for (var i = 0; i < 40; i++)
        {
            var at = i * (state.Length - 1) / 40;
            var altered = state[..at] + (state[at] == 'A' ? 'B' : 'A') + state[(at + 1)..];
            using var refused = await Return($"code={app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(altered)}", cookie);
            AssertRefused(refused);
        }

        using var foreign = await Return($"code={app.Google.Agree(otherChallenge, user)}&state={Uri.EscapeDataString(otherState)}", cookie);
        AssertRefused(foreign);
        await AssertNobody(user);

        using var right = await Return($"code={app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(state)}", cookie);
        using var me = await Me(right);
        await me.Should(HttpStatusCode.OK);

        (challenge, cookie) = await Leave("mode=signin");
        state = StateOf(challenge);
        using var signIn = await Return($"code={app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(state)}", cookie);
        Assert.Equal(Front, signIn.Headers.Location!.OriginalString);
        using var again = await Return($"code={app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(state)}", cookie);
        AssertRefused(again);
        using var stale = await ReturnLate(otherChallenge, otherCookie, user);
        AssertRefused(stale);
    }

    [Fact]
    [Proves("T4")]
    public async Task A_code_of_another_flow_a_made_up_one_and_a_used_one_begin_no_session()
    {
        var user = User();
        var (attackers, _) = await Leave("mode=signup&role=USER");
        var (challenge, cookie) = await Leave("mode=signup&role=USER");
        var state = Uri.EscapeDataString(StateOf(challenge));

        // The attacker's code in the victim's browser: its verifier is another.
        using var injected = await Return($"code={app.Google.Agree(attackers, user)}&state={state}", cookie);
        using var madeUp = await Return($"code=made-up&state={state}", cookie);
        using var none = await Return($"state={state}", cookie);

        Assert.All(new[] { injected, madeUp, none }, AssertRefused);
        await AssertNobody(user);
        var code = app.Google.Agree(challenge, user);
        using var right = await Return($"code={code}&state={state}", cookie);
        Assert.Equal(Front, right.Headers.Location!.OriginalString);
        using var used = await Return($"code={code}&state={state}", cookie);
        AssertRefused(used);
    }

    public static TheoryData<string> Failures =>
        ["500", "hangs", "trickles", "garbage", "array", "empty", "redirect", "html", "no-sub", "number-sub", "number-email", "long-sub", "token-500", "token-hangs", "token-garbage", "token-empty"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_provider_that_fails_hangs_or_talks_nonsense_sends_back_to_sign_in(string failure)
    {
        var email = User().email;
        Task<IResult> Text(string text) => Task.FromResult(Results.Text(text, "application/json"));
        async Task<IResult> Hang(HttpContext context, string? first = null)
        {
            if (first is not null)
            {
                await context.Response.WriteAsync(first);
                await context.Response.Body.FlushAsync();
            }

            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return Results.Empty;
        }

        object answer = failure switch
        {
            "500" => new UserInfoAnswer(_ => Task.FromResult(Results.StatusCode(500))),
            "hangs" => new UserInfoAnswer(context => Hang(context)),
            "trickles" => new UserInfoAnswer(context => Hang(context, """{"sub":""")),
            "garbage" => new UserInfoAnswer(_ => Text("{]")),
            "array" => new UserInfoAnswer(_ => Text("[]")),
            "empty" => new UserInfoAnswer(_ => Text("")),
            "redirect" => new UserInfoAnswer(_ => Task.FromResult(Results.Redirect("http://127.0.0.1:1/"))),
            "html" => new UserInfoAnswer(_ => Text("<html>")),
            "no-sub" => new UserInfoAnswer(_ => Text($$"""{"email":"{{email}}","email_verified":true}""")),
            "number-sub" => new UserInfoAnswer(_ => Text($$"""{"sub":{"$ne":null},"email":{"a":1},"email_verified":true}""")),
            "number-email" => new UserInfoAnswer(_ => Text("""{"sub":"number-email","email":17,"email_verified":true}""")),
            "long-sub" => new UserInfoAnswer(_ => Text($$"""{"sub":"{{new string('s', 256)}}","email":"{{email}}","email_verified":true}""")),
            "token-500" => new TokenAnswer(_ => Task.FromResult(Results.StatusCode(500))),
            "token-hangs" => new TokenAnswer(context => Hang(context)),
            "token-garbage" => new TokenAnswer(_ => Text("{]")),
            _ => new TokenAnswer(_ => Text("{}")),
        };
        var (challenge, cookie) = await Leave("mode=signup&role=USER");

        using var back = await Return($"code={app.Google.Agree(challenge, answer)}&state={Uri.EscapeDataString(StateOf(challenge))}", cookie);

        AssertRefused(back);
        Assert.Null(await app.Service.Services.GetRequiredService<AccountStore>().FindByEmailAsync(email, Ct));
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https:evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("javascript:alert(1)")]
    [Proves(Requirement.OpenRedirect)]
    public async Task Nobody_is_sent_anywhere_but_to_the_storefront(string target)
    {
        var wanted = string.Join('&', new[] { "returnUrl", "ReturnUrl", "redirect_uri", "redirect", "next", "state" }.Select(name => $"{name}={Uri.EscapeDataString(target)}"));
        var (challenge, cookie) = await Leave($"mode=signup&role=USER&{wanted}");
        Assert.DoesNotContain("evil", challenge.Query, StringComparison.Ordinal);
        var answer = $"code={app.Google.Agree(challenge, User())}&state={Uri.EscapeDataString(StateOf(challenge))}";

        using var back = await Return($"{answer}&{wanted.Replace("&state=", "&x=", StringComparison.Ordinal)}", cookie);
        using var failed = await Return(wanted, cookie);
        using var badRole = await app.Http.Get($"/api/v1/auth/google?mode=signup&role=ADMIN&{wanted}");

        Assert.Equal(Front, back.Headers.Location!.OriginalString);
        Assert.Equal($"{Front}/auth/signin?error=GOOGLE_FAILED", failed.Headers.Location!.OriginalString);
        Assert.Equal($"{Front}/auth/signin?error=Invalid%20role", badRole.Headers.Location!.OriginalString);
    }

    [Fact]
    [Proves("T20")]
    public async Task Twenty_people_of_one_user_name_all_get_an_account()
    {
        var name = $"same{Guid.NewGuid():N}"[..16];

        var backs = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Go("mode=signup&role=ARTIST", User() with { email = $"{name}@host{i}.example" })));

        Assert.All(backs, back => Assert.Equal(Front, back.Headers.Location!.OriginalString));
        var usernames = await app.Service.Database.GetCollection<Account>(AccountStore.Collection)
            .Find(a => a.UsernameKey.StartsWith(name)).Project(a => a.Username).ToListAsync(Ct);
        Assert.Equal(20, usernames.Distinct().Count());
    }

    [Fact]
    public async Task Who_comes_twice_at_once_gets_one_account()
    {
        var user = User();

        var backs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Go("mode=signup&role=USER", user)));

        Assert.Contains(backs, back => back.Headers.Location!.OriginalString == Front);
        Assert.Equal(1, await app.Service.Database.GetCollection<Account>(AccountStore.Collection).CountDocumentsAsync(a => a.Email == user.email, cancellationToken: Ct));
    }

    [Fact]
    [Proves(Requirement.SecondFactor)]
    public async Task With_a_second_factor_Google_alone_begins_no_session()
    {
        var user = User();
        using var first = await Go("mode=signup&role=USER", user);
        var cookies = string.Join("; ", first.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        var secret = (await Send("", new { }, cookies)).Text("secret");
        await Send("/confirm", new { code = FactorHolder.CodeOf(secret, app.Clock.GetUtcNow()) }, cookies);

        using var back = await Go("mode=signin", user);

        var location = back.Headers.Location!.OriginalString;
        Assert.StartsWith($"{Front}/auth/signin?error=SECOND_FACTOR_REQUIRED#ticket=v1.", location, StringComparison.Ordinal);
        AssertNoSession(back);
        app.Clock.Advance(TimeSpan.FromSeconds(30));
        using var verified = await app.Post(
            "/second-factor/verify", new { ticket = location.Split("#ticket=")[1], code = FactorHolder.CodeOf(secret, app.Clock.GetUtcNow()) });
        Assert.Equal(user.email, (await verified.Should(HttpStatusCode.OK)).GetProperty("user").Text("email"));
        Assert.Equal(3, verified.Headers.GetValues("Set-Cookie").Count());
    }

    [Fact]
    [Proves(Requirement.SecondFactor)]
    public async Task Who_has_no_password_switches_the_factor_on_only_soon_after_sign_in()
    {
        using var back = await Go("mode=signup&role=USER", User());
        var cookies = string.Join("; ", back.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        app.Clock.Advance(TimeSpan.FromMinutes(9));
        using var renewed = await Post("/api/v1/auth/refresh", null, cookies);
        await renewed.Should(HttpStatusCode.OK);
        app.Clock.Advance(TimeSpan.FromMinutes(2));

        using var refused = await Post(
            "/api/v1/auth/second-factor", new { }, string.Join("; ", renewed.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0])));

        await refused.Refuses(HttpStatusCode.Forbidden, "reauthentication_required");
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

    private static string StateOf(Uri challenge) => QueryHelpers.ParseQuery(challenge.Query)["state"].ToString();

    private async Task<HttpResponseMessage> ReturnLate(Uri challenge, string cookie, GoogleAnswer user)
    {
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        return await Return($"code={app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(StateOf(challenge))}", cookie);
    }

    private static void AssertRefused(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal($"{Front}/auth/signin?error=GOOGLE_FAILED", response.Headers.Location!.OriginalString);
        AssertNoSession(response);
    }

    private static void AssertNoSession(HttpResponseMessage response) => Assert.DoesNotContain(
        response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [],
        cookie => cookie.StartsWith("token=", StringComparison.Ordinal) || cookie.StartsWith("refresh=", StringComparison.Ordinal));

    private async Task AssertNobody(GoogleAnswer user) =>
        Assert.Null(await app.Service.Services.GetRequiredService<AccountStore>().FindByEmailAsync(user.email, Ct));

    private async Task<System.Text.Json.JsonElement> Send(string path, object body, string cookies)
    {
        using var response = await Post("/api/v1/auth/second-factor" + path, body, cookies);
        return await response.Should(HttpStatusCode.OK);
    }

    private async Task<HttpResponseMessage> Post(string path, object? body, string cookies)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = body is null ? null : System.Net.Http.Json.JsonContent.Create(body);
        request.Headers.Add("Cookie", cookies);
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
