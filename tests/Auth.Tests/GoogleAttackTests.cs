using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Visuels.Auth.Accounts;
using Visuels.Auth.Sessions;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Whoever tampers with the way to Google and back, or stands at its end with somebody else's things.</summary>
[Proves(Requirement.Google)]
public sealed class GoogleAttackTests(GoogleApp app) : GoogleFlowTests(app), IClassFixture<GoogleApp>
{
    private readonly GoogleApp _app = app;

    [Fact]
    [Proves(Requirement.Linking), Proves("T1")]
    public async Task Who_signed_up_with_a_foreign_address_loses_it_to_its_owner()
    {
        var ownersName = AuthApp.Someone().Username;
        var attacker = AuthApp.Someone(Roles.Artist) with { Email = $"{ownersName}@example.com" };
        await _app.SignUp(attacker);
        var code = await _app.CodeFor(attacker.Email);
        // No route begins a session of an unproven account; should one ever have begun, it ends too.
        var services = _app.Service.Services;
        var planted = (await services.GetRequiredService<AccountStore>().FindByEmailAsync(attacker.Email, Ct))!;
        var (session, refresh) = await services.GetRequiredService<SessionStore>().StartAsync(planted, "attacker", Ct);
        using var attackersClient = _app.Service.Client(services.GetRequiredService<TokenSigner>().Sign(planted, session.Id));

        using var back = await Go("mode=signup&role=USER", User() with { email = attacker.Email, name = "The Owner" });

        using var me = await Me(back);
        var owner = (await me.Should(HttpStatusCode.OK)).GetProperty("user");
        Assert.Equal(("The Owner", ownersName, "USER"), (owner.Text("name"), owner.Text("username"), owner.Text("role")));
        using var attackersPassword = await _app.SignIn(attacker.Email, attacker.Password);
        await attackersPassword.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        using var attackersRefresh = await _app.Post("/refresh", new { refreshToken = refresh.Text });
        await attackersRefresh.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await _app.Until(
            async () =>
            {
                using var attackersToken = await attackersClient.Get("/api/v1/auth/me");
                return attackersToken.StatusCode == HttpStatusCode.Unauthorized;
            },
            "the attacker's access token is refused");
        using var attackersCode = await _app.Verify(attacker.Email, code);
        await attackersCode.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        await _app.Next<UserRegistered>(e => e.Email == attacker.Email && e.Name == "The Owner");
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
        var code = _app.Google.Agree(challenge, User());

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
            using var refused = await Return($"code={_app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(altered)}", cookie);
            AssertRefused(refused);
        }

        using var foreign = await Return($"code={_app.Google.Agree(otherChallenge, user)}&state={Uri.EscapeDataString(otherState)}", cookie);
        AssertRefused(foreign);
        await AssertNobody(user);

        using var right = await Return($"code={_app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(state)}", cookie);
        using var me = await Me(right);
        await me.Should(HttpStatusCode.OK);

        (challenge, cookie) = await Leave("mode=signin");
        state = StateOf(challenge);
        using var signIn = await Return($"code={_app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(state)}", cookie);
        Assert.Equal(Front, signIn.Headers.Location!.OriginalString);
        using var again = await Return($"code={_app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(state)}", cookie);
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
        using var injected = await Return($"code={_app.Google.Agree(attackers, user)}&state={state}", cookie);
        using var madeUp = await Return($"code=made-up&state={state}", cookie);
        using var none = await Return($"state={state}", cookie);

        Assert.All(new[] { injected, madeUp, none }, AssertRefused);
        await AssertNobody(user);
        var code = _app.Google.Agree(challenge, user);
        using var right = await Return($"code={code}&state={state}", cookie);
        Assert.Equal(Front, right.Headers.Location!.OriginalString);
        using var used = await Return($"code={code}&state={state}", cookie);
        AssertRefused(used);
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
        var answer = $"code={_app.Google.Agree(challenge, User())}&state={Uri.EscapeDataString(StateOf(challenge))}";

        using var back = await Return($"{answer}&{wanted.Replace("&state=", "&x=", StringComparison.Ordinal)}", cookie);
        using var failed = await Return(wanted, cookie);
        using var badRole = await _app.Http.Get($"/api/v1/auth/google?mode=signup&role=ADMIN&{wanted}");

        Assert.Equal(Front, back.Headers.Location!.OriginalString);
        Assert.Equal($"{Front}/auth/signin?error=GOOGLE_FAILED", failed.Headers.Location!.OriginalString);
        Assert.Equal($"{Front}/auth/signin?error=Invalid%20role", badRole.Headers.Location!.OriginalString);
    }
}
