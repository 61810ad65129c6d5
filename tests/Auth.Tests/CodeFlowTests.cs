using Visuels.Auth.Codes;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>A code counts where it was asked for.</summary>
[Proves(Requirement.CodesChecked)]
public sealed class CodeFlowTests(AuthApp app) : IClassFixture<AuthApp>
{
    [Fact]
    [Proves("T1")]
    public async Task Whoever_signs_up_with_a_foreign_address_does_not_get_in_when_its_owner_enters_a_code()
    {
        var owner = AuthApp.Someone(Roles.Artist);
        var stranger = AuthApp.Someone() with { Email = owner.Email, Password = "a stranger's password" };
        using var ownersBrowser = app.Browser(AuthApp.Network());
        using var strangersBrowser = app.Browser(AuthApp.Network());
        await ownersBrowser.SignUp(owner);
        var codes = await app.CodesFor(owner.Email, 1);
        do
        {
            app.Clock.Advance(Code.Gap);
            await strangersBrowser.SignUp(stranger);
            codes = await app.CodesFor(owner.Email, codes.Count + 1);
        }
        while (codes[^1] == codes[0]);

        using var strangersCode = await ownersBrowser.Post("/email-verify", new { owner.Email, otp = codes[^1] });
        using var ownersCode = await ownersBrowser.Post("/email-verify", new { owner.Email, otp = codes[0] });

        await strangersCode.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        var user = (await ownersCode.Should(HttpStatusCode.OK)).GetProperty("user");
        Assert.Equal((owner.Username, owner.Name, "ARTIST"), (user.Text("username"), user.Text("name"), user.Text("role")));
        using var strangersPassword = await app.SignIn(owner.Email, stranger.Password);
        using var ownersPassword = await app.SignIn(owner.Email, owner.Password);
        await strangersPassword.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        await ownersPassword.Should(HttpStatusCode.OK);
        using var late = await strangersBrowser.Post("/email-verify", new { owner.Email, otp = codes[^1] });
        await late.Should(HttpStatusCode.BadRequest);
    }

    [Fact]
    [Proves("T1")]
    public async Task A_code_that_is_entered_where_nobody_asked_for_it_proves_nothing()
    {
        var stranger = AuthApp.Someone();
        using var strangersProgram = app.From(AuthApp.Network());
        await strangersProgram.SignUp(stranger);
        var code = (await app.CodesFor(stranger.Email, 1))[0];
        using var ownersBrowser = app.Browser(AuthApp.Network());
        using var ownersProgram = app.From(AuthApp.Network());

        using var inBrowser = await ownersBrowser.Post("/email-verify", new { stranger.Email, otp = code });
        using var inProgram = await ownersProgram.Post("/email-verify", new { stranger.Email, otp = code });
        using var withMadeUpFlow = await strangersProgram.Post("/email-verify", new { stranger.Email, otp = code, flow = new string('a', 32) });

        await inBrowser.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        await inProgram.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        await withMadeUpFlow.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        using var signIn = await strangersProgram.Post("/email-signin", new { stranger.Email, stranger.Password });
        using var elsewhere = await app.SignIn(stranger.Email, stranger.Password);
        await signIn.Refuses(HttpStatusCode.Forbidden, "email_unverified");
        await elsewhere.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
    }

    [Theory]
    [InlineData("/email-signup")]
    [InlineData("/email-verify")]
    [InlineData("/email-resend-otp")]
    [InlineData("/password/forgot")]
    [Proves(Requirement.Validation)]
    public async Task A_flow_or_code_that_is_empty_is_none_of_ours(string path)
    {
        var person = AuthApp.Someone();
        var fields = new Dictionary<string, string> { ["email"] = person.Email, ["flow"] = "" };
        if (path == "/email-signup")
        {
            (fields["username"], fields["name"], fields["password"]) = (person.Username, person.Name, person.Password);
        }
        else if (path == "/email-verify")
        {
            fields["otp"] = "";
        }

        using var response = await app.Post(path, fields);

        await response.Refuses(HttpStatusCode.BadRequest, "validation_failed");
    }

    [Fact]
    public async Task A_program_without_cookies_names_its_flow_or_is_known_by_its_network()
    {
        var (first, second) = (AuthApp.Someone(), AuthApp.Someone());
        var network = AuthApp.Network();
        using var program = app.From(network);
        using var sameProgram = app.From(network);
        using var elsewhere = app.From(AuthApp.Network());
        await program.SignUp(first);
        var flow = (await program.SignUp(second)).Text("flow");

        using var nameless = await sameProgram.Post("/email-verify", new { first.Email, otp = (await app.CodesFor(first.Email, 1))[0] });
        using var named = await elsewhere.Post("/email-verify", new { second.Email, otp = (await app.CodesFor(second.Email, 1))[0], flow });

        await nameless.Should(HttpStatusCode.OK);
        await named.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_browser_gets_a_cookie_for_its_flow_that_goes_when_the_address_is_proven()
    {
        var person = AuthApp.Someone();
        using var browser = app.Browser();
        using var signUp = await browser.Post("/email-signup", person);

        var cookie = Assert.Single(signUp.Headers.GetValues("Set-Cookie"));
        Assert.Matches("^flow=[0-9a-f]{32}; max-age=86400; path=/; samesite=lax; httponly$", cookie.ToLowerInvariant());
        using var verified = await browser.Post("/email-verify", new { person.Email, otp = (await app.CodesFor(person.Email, 1))[0] });
        await verified.Should(HttpStatusCode.OK);
        Assert.Contains(verified.Headers.GetValues("Set-Cookie"), set => set.StartsWith("flow=; expires=Thu, 01 Jan 1970", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_code_that_another_device_asked_for_proves_the_address_but_lets_no_password_count()
    {
        var person = AuthApp.Someone();
        using var stranger = app.Browser(AuthApp.Network());
        await stranger.SignUp(person);
        app.Clock.Advance(Code.Gap);
        using var owner = app.Browser(AuthApp.Network());
        await owner.AskForCode(person.Email);

        using var verified = await owner.Post("/email-verify", new { person.Email, otp = (await app.CodesFor(person.Email, 2))[1] });

        await verified.Should(HttpStatusCode.OK);
        using var password = await app.SignIn(person.Email, person.Password);
        await password.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
    }

    [Fact]
    public async Task Who_looks_like_the_owner_learns_nothing_of_the_owners_flow()
    {
        var person = AuthApp.Someone();
        var network = AuthApp.Network();
        using var owner = app.Browser(network);
        using var neighbour = app.From(network);
        await owner.SignUp(person);
        app.Clock.Advance(Code.Gap);

        using var resent = await neighbour.Post("/email-resend-otp", new { person.Email });
        var neighboursFlow = (await neighbour.SignUp(person with { Username = AuthApp.Someone().Username, Password = "a neighbour's password" })).Text("flow");

        Assert.False(resent.Headers.Contains("Set-Cookie"));
        Assert.Equal(2, (await app.StoredCodes(person.Email))["flows"].AsBsonDocument.ElementCount);
        using var verified = await owner.Post("/email-verify", new { person.Email, otp = (await app.CodesFor(person.Email, 2))[1] });
        await verified.Should(HttpStatusCode.OK);
        using var password = await app.SignIn(person.Email, person.Password);
        await password.Should(HttpStatusCode.OK);
        Assert.DoesNotContain(neighboursFlow, (await app.StoredCodes(person.Email))["flows"].AsBsonDocument.Names);
    }

    [Fact]
    public async Task A_user_name_that_was_taken_since_gets_a_suffix_when_the_address_is_proven()
    {
        var person = AuthApp.Someone();
        using var browser = app.Browser(AuthApp.Network());
        using var stranger = app.Browser(AuthApp.Network());
        await browser.SignUp(person);
        await stranger.SignUp(AuthApp.Someone() with { Email = person.Email, Password = "a stranger's password" });
        await app.Join(AuthApp.Someone() with { Username = person.Username });

        using var verified = await browser.Post("/email-verify", new { person.Email, otp = (await app.CodesFor(person.Email, 1))[0] });

        var user = (await verified.Should(HttpStatusCode.OK)).GetProperty("user");
        Assert.Matches($"^{person.Username}-[0-9a-f]{{4}}$", user.Text("username"));
        await app.Next<UserRegistered>(e => e.Email == person.Email && e.Username == user.Text("username"));
    }
}
