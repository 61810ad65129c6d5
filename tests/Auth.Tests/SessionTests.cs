using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Moves its clock by hours, so it has an application of its own for each test.</summary>
[Proves(Requirement.RefreshTokens)]
public sealed class SessionTests : IAsyncLifetime
{
    private readonly AuthApp _app = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _app.InitializeAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    [Proves(Requirement.Cookies)]
    public async Task A_refresh_token_that_came_in_a_cookie_is_given_to_no_script()
    {
        var member = await _app.Join();
        using var browser = _app.Browser();
        using var signIn = await browser.Post("/email-signin", new { member.Person.Email, member.Person.Password });
        await signIn.Should(HttpStatusCode.OK);

        using var renewed = await browser.PostRaw("/api/v1/auth/refresh?tokens=true", "{}");
        using var again = await browser.PostRaw("/api/v1/auth/refresh?tokens=true", "");

        foreach (var answer in new[] { renewed, again })
        {
            var body = await answer.Should(HttpStatusCode.OK);
            Assert.False(body.TryGetProperty("refreshToken", out _));
            Assert.False(body.TryGetProperty("accessToken", out _));
            Assert.Equal(["refresh", "token"], answer.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split('=')[0]).Order());
        }
    }

    [Fact]
    public async Task A_session_lives_an_hour_by_cookies_alone()
    {
        var member = await _app.Join();
        using var signIn = await _app.Post("/email-signin", new { member.Person.Email, member.Person.Password });
        var cookies = Cookies(signIn);

        for (var minutes = 0; minutes < 60; minutes += 9)
        {
            _app.Clock.Advance(TimeSpan.FromMinutes(9));
            using var renewed = await Send(HttpMethod.Post, "/api/v1/auth/refresh", $"refresh={cookies["refresh"]}");
            Assert.Equal(member.Person.Email, (await renewed.Should(HttpStatusCode.OK)).GetProperty("user").Text("email"));
            cookies = Cookies(renewed);

            using var me = await Send(HttpMethod.Get, "/api/v1/auth/me", $"token={cookies["token"]}");
            await me.Should(HttpStatusCode.OK);
        }
    }

    [Fact]
    [Proves(Requirement.AccessTokens), Proves("T13")]
    public async Task An_access_token_ends_after_ten_minutes()
    {
        var member = await _app.Join();

        _app.Clock.Advance(TimeSpan.FromMinutes(10) + TokenRules.ClockSkew + TimeSpan.FromSeconds(1));

        using var me = await member.Http.Get("/api/v1/auth/me");
        await me.Refuses(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task Twenty_refreshes_with_one_token_get_one_successor()
    {
        var member = await _app.Join();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _app.Post("/refresh?tokens=true", new { member.RefreshToken })));

        var successors = new HashSet<string>();
        foreach (var answer in answers)
        {
            successors.Add((await answer.Should(HttpStatusCode.OK)).Text("refreshToken"));
        }

        Assert.NotEqual(member.RefreshToken, Assert.Single(successors));
    }

    [Fact]
    public async Task A_token_used_again_after_the_overlap_ends_the_session_for_both()
    {
        var member = await _app.Join();
        var successor = await Renew(member.RefreshToken);
        _app.Clock.Advance(TimeSpan.FromSeconds(11));

        using var old = await _app.Post("/refresh?tokens=true", new { member.RefreshToken });
        using var current = await _app.Post("/refresh?tokens=true", new { refreshToken = successor });

        await old.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await current.Refuses(HttpStatusCode.Unauthorized, "session_ended");
    }

    [Fact]
    public async Task A_token_of_many_renewals_ago_ends_the_session_too()
    {
        var member = await _app.Join();
        var newest = await Renew(await Renew(await Renew(member.RefreshToken)));
        _app.Clock.Advance(TimeSpan.FromSeconds(11));

        using var stolen = await _app.Post("/refresh?tokens=true", new { member.RefreshToken });
        using var current = await _app.Post("/refresh?tokens=true", new { refreshToken = newest });

        await stolen.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await current.Refuses(HttpStatusCode.Unauthorized, "session_ended");
    }

    [Fact]
    public async Task A_made_up_token_is_refused_and_harms_nobody()
    {
        var member = await _app.Join();
        var parts = member.RefreshToken.Split('.', 3);
        foreach (var forged in new[] { $"{parts[0]}.AAAA.{parts[2]}", $"{parts[0]}.{parts[1]}.k1.00", member.RefreshToken + "0", parts[0], "", "...", new string('x', 5_000) })
        {
            using var refused = await _app.Post("/refresh?tokens=true", new { refreshToken = forged });
            await refused.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        }

        await Renew(member.RefreshToken);
    }

    [Fact]
    public async Task A_session_ends_after_thirty_days_however_busy_it_is_and_its_cookies_know()
    {
        var member = await _app.Join();
        var token = member.RefreshToken;
        for (var day = 0; day < 29; day++)
        {
            _app.Clock.Advance(TimeSpan.FromDays(1));
            token = await Renew(token);
        }

        using var renewed = await Send(HttpMethod.Post, "/api/v1/auth/refresh", $"refresh={token}");
        Assert.All(renewed.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("max-age=86400;", cookie, StringComparison.Ordinal));
        _app.Clock.Advance(TimeSpan.FromDays(1));

        using var late = await Send(HttpMethod.Post, "/api/v1/auth/refresh", $"refresh={Cookies(renewed)["refresh"]}");
        await late.Refuses(HttpStatusCode.Unauthorized, "session_ended");
    }

    [Fact]
    public async Task A_session_that_is_not_used_for_two_weeks_ends_and_one_that_is_used_goes_on()
    {
        var (idle, busy) = (await _app.Join(), await _app.Join());
        _app.Clock.Advance(TimeSpan.FromDays(13));
        using var cookies = await Send(HttpMethod.Post, "/api/v1/auth/refresh", $"refresh={busy.RefreshToken}");
        Assert.All(cookies.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("max-age=1209600;", cookie, StringComparison.Ordinal));
        _app.Clock.Advance(TimeSpan.FromDays(1));

        using var late = await _app.Post("/refresh", new { idle.RefreshToken });

        await late.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await Renew(Cookies(cookies)["refresh"]);
    }

    [Fact]
    [Proves("T13")]
    public async Task No_token_lives_for_a_week_and_each_names_its_session()
    {
        var member = await _app.Join();

        var token = new JsonWebToken(member.Http.DefaultRequestHeaders.Authorization!.Parameter);

        Assert.Equal(TimeSpan.FromMinutes(10), token.ValidTo - token.IssuedAt);
        Assert.NotEmpty(token.GetClaim("sid").Value);
        Assert.Equal("0", token.GetClaim("gen").Value);
    }

    [Fact]
    public async Task Signing_out_ends_this_session_and_no_other()
    {
        var member = await _app.Join();
        using var other = await _app.SignIn(member.Person.Email, member.Person.Password);
        var otherToken = (await other.Should(HttpStatusCode.OK)).Text("refreshToken");

        using var signedOut = await member.Http.PostRaw("/api/v1/auth/signout", "");

        Assert.Equal("signed out", (await signedOut.Should(HttpStatusCode.OK)).Text("msg"));
        Assert.Equal(2, signedOut.Headers.GetValues("Set-Cookie").Count(cookie => cookie.Contains("expires=Thu, 01 Jan 1970", StringComparison.Ordinal)));
        using var ended = await _app.Post("/refresh", new { member.RefreshToken });
        await ended.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await Renew(otherToken);
    }

    [Fact]
    public async Task The_refresh_cookie_alone_is_enough_to_sign_out_and_nothing_is_not()
    {
        var member = await _app.Join();

        using var signedOut = await Send(HttpMethod.Post, "/api/v1/auth/signout", $"refresh={member.RefreshToken}");
        using var nobody = await Send(HttpMethod.Post, "/api/v1/auth/signout", "refresh=nonsense");

        await signedOut.Should(HttpStatusCode.OK);
        await nobody.Refuses(HttpStatusCode.Unauthorized, "unauthorized");
        using var ended = await _app.Post("/refresh", new { member.RefreshToken });
        await ended.Refuses(HttpStatusCode.Unauthorized, "session_ended");
    }

    [Fact]
    [Proves(Requirement.CrossSite)]
    public async Task A_foreign_page_can_neither_renew_nor_end_a_session()
    {
        var member = await _app.Join();
        foreach (var path in new[] { "/api/v1/auth/refresh", "/api/v1/auth/signout" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path);
            request.Headers.Add("Cookie", $"refresh={member.RefreshToken}");
            request.Headers.Add("Origin", "https://evil.example");
            using var response = await _app.Http.SendAsync(request, Ct);
            await response.Refuses(HttpStatusCode.Forbidden, "csrf");
        }

        await Renew(member.RefreshToken);
    }

    [Fact]
    public async Task Without_any_token_there_is_nothing_to_renew()
    {
        using var response = await Send(HttpMethod.Post, "/api/v1/auth/refresh", null);
        using var bad = await _app.Http.PostRaw("/api/v1/auth/refresh", """{"refreshToken":{"$ne":null}}""");

        await response.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        Assert.Equal(2, response.Headers.GetValues("Set-Cookie").Count());
        await bad.Should(HttpStatusCode.BadRequest);
    }

    [Fact]
    [Proves(Requirement.AccessTokens), Proves(Requirement.KeyRotation)]
    public async Task Anybody_can_check_an_access_token_with_the_published_key()
    {
        var member = await _app.Join(Roles.Artist);

        using var response = await _app.Http.Get("/.well-known/jwks.json");

        var document = (await response.Should(HttpStatusCode.OK)).GetRawText();
        Assert.Equal("public, max-age=300", response.Headers.CacheControl!.ToString());
        Assert.DoesNotContain("\"d\"", document, StringComparison.Ordinal);
        var keys = new JsonWebKeySet(document);
        var key = Assert.Single(keys.Keys);
        Assert.Equal(_app.Service.Keys.KeyId, key.Kid);
        var token = new JsonWebToken(member.Http.DefaultRequestHeaders.Authorization!.Parameter);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token.EncodedToken, new TokenValidationParameters
        {
            IssuerSigningKeys = keys.GetSigningKeys(),
            ValidIssuer = "visuels-auth",
            ValidAudience = "chat",
            ValidTypes = ["at+jwt"],
        });
        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal(["auth", "product", "order", "chat", "jobs"], token.Audiences);
        Assert.Equal((member.Id.ToString(), "ARTIST"), (token.Subject, token.GetClaim("role").Value));
        Assert.NotEmpty(token.GetClaim("sid").Value);
        Assert.NotEmpty(token.Id);
        Assert.Equal(TimeSpan.FromMinutes(10), token.ValidTo - token.IssuedAt);
    }

    private async Task<string> Renew(string refreshToken)
    {
        using var response = await _app.Post("/refresh?tokens=true", new { refreshToken });
        return (await response.Should(HttpStatusCode.OK)).Text("refreshToken");
    }

    private async Task<HttpResponseMessage> Send(HttpMethod method, string path, string? cookie)
    {
        using var request = new HttpRequestMessage(method, path);
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        return await _app.Http.SendAsync(request, Ct);
    }

    private static Dictionary<string, string> Cookies(HttpResponseMessage response) => response.Headers.GetValues("Set-Cookie")
        .Select(cookie => cookie.Split(';')[0].Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[1]);
}
