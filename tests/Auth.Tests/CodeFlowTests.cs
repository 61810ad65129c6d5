using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Codes;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>A code counts where it was asked for, and strangers can neither use nor use up what an address is mailed.</summary>
[Proves(Requirement.CodesChecked)]
public sealed class CodeFlowTests(AuthApp app) : IClassFixture<AuthApp>
{
    private static int _networks;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves("T1")]
    public async Task Whoever_signs_up_with_a_foreign_address_does_not_get_in_when_its_owner_enters_a_code()
    {
        var owner = AuthApp.Someone(Roles.Artist);
        var stranger = AuthApp.Someone() with { Email = owner.Email, Password = "a stranger's password" };
        using var ownersBrowser = app.Browser(Network());
        using var strangersBrowser = app.Browser(Network());
        await SignUp(ownersBrowser, owner);
        app.Clock.Advance(Code.Gap);
        await SignUp(strangersBrowser, stranger);
        var codes = await Codes(owner.Email, 2);

        using var strangersCode = await ownersBrowser.Post("/email-verify", new { owner.Email, otp = codes[1] });
        using var ownersCode = await ownersBrowser.Post("/email-verify", new { owner.Email, otp = codes[0] });

        await strangersCode.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        var user = (await ownersCode.Should(HttpStatusCode.OK)).GetProperty("user");
        Assert.Equal((owner.Username, owner.Name, "ARTIST"), (user.Text("username"), user.Text("name"), user.Text("role")));
        using var strangersPassword = await app.SignIn(owner.Email, stranger.Password);
        using var ownersPassword = await app.SignIn(owner.Email, owner.Password);
        await strangersPassword.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        await ownersPassword.Should(HttpStatusCode.OK);
        using var late = await strangersBrowser.Post("/email-verify", new { owner.Email, otp = codes[1] });
        await late.Should(HttpStatusCode.BadRequest);
    }

    [Fact]
    [Proves("T1")]
    public async Task A_code_that_is_entered_where_nobody_asked_for_it_proves_nothing()
    {
        var stranger = AuthApp.Someone();
        using var strangersProgram = app.From(Network());
        await SignUp(strangersProgram, stranger);
        var code = (await Codes(stranger.Email, 1))[0];
        using var ownersBrowser = app.Browser(Network());
        using var ownersProgram = app.From(Network());

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
        var network = Network();
        using var program = app.From(network);
        using var sameProgram = app.From(network);
        using var elsewhere = app.From(Network());
        await SignUp(program, first);
        var flow = (await SignUp(program, second)).Text("flow");

        using var nameless = await sameProgram.Post("/email-verify", new { first.Email, otp = (await Codes(first.Email, 1))[0] });
        using var named = await elsewhere.Post("/email-verify", new { second.Email, otp = (await Codes(second.Email, 1))[0], flow });

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
        using var verified = await browser.Post("/email-verify", new { person.Email, otp = (await Codes(person.Email, 1))[0] });
        await verified.Should(HttpStatusCode.OK);
        Assert.Contains(verified.Headers.GetValues("Set-Cookie"), set => set.StartsWith("flow=; expires=Thu, 01 Jan 1970", StringComparison.Ordinal));
    }

    [Fact]
    [Proves(Requirement.CodesResent)]
    public async Task Another_password_brings_no_second_mail_within_a_minute_and_in_the_same_browser_it_counts()
    {
        var person = AuthApp.Someone();
        using var browser = app.Browser(Network());
        using var stranger = app.Browser(Network());
        await SignUp(browser, person);
        await SignUp(browser, person with { Password = "second thoughts, better" });
        await SignUp(stranger, person with { Username = AuthApp.Someone().Username, Password = "a stranger's password" });

        using var verified = await browser.Post("/email-verify", new { person.Email, otp = (await Codes(person.Email, 1))[0] });

        await verified.Should(HttpStatusCode.OK);
        Assert.Single(app.Codes(person.Email));
        using var second = await app.SignIn(person.Email, "second thoughts, better");
        using var first = await app.SignIn(person.Email, person.Password);
        await second.Should(HttpStatusCode.OK);
        await first.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
    }

    [Fact]
    [Proves(Requirement.CodesResent)]
    public async Task An_address_gets_five_codes_an_hour_and_ten_a_day()
    {
        var person = AuthApp.Someone();
        using var browser = app.Browser(Network());
        await SignUp(browser, person);
        for (var i = 0; i < 10; i++)
        {
            app.Clock.Advance(Code.Gap);
            await Resend(browser, person.Email);
        }

        Assert.Equal(5, await Sent(person.Email));
        for (var hour = 0; hour < 3; hour++)
        {
            app.Clock.Advance(TimeSpan.FromHours(1));
            for (var i = 0; i < 5; i++)
            {
                await Resend(browser, person.Email);
                app.Clock.Advance(Code.Gap);
            }
        }

        Assert.Equal(10, await Sent(person.Email));
        app.Clock.Advance(Code.Day);
        await Resend(browser, person.Email);
        Assert.Equal(1, await Sent(person.Email));
    }

    [Fact]
    [Proves(Requirement.CodesResent)]
    public async Task Whoever_uses_up_the_codes_of_an_address_does_not_keep_its_owner_from_signing_up()
    {
        var owner = AuthApp.Someone();
        using var stranger = app.From(Network());
        for (var i = 0; i < 30; i++)
        {
            await SignUp(stranger, AuthApp.Someone() with { Email = owner.Email, Password = $"a stranger's password {i}" });
            app.Clock.Advance(TimeSpan.FromMinutes(15));
        }

        Assert.Equal(10, await Sent(owner.Email));
        using var browser = app.Browser(Network());

        await SignUp(browser, owner);

        using var verified = await browser.Post("/email-verify", new { owner.Email, otp = (await Codes(owner.Email, 11))[^1] });
        await verified.Should(HttpStatusCode.OK);
        using var signedIn = await app.SignIn(owner.Email, owner.Password);
        await signedIn.Should(HttpStatusCode.OK);
    }

    [Fact]
    [Proves(Requirement.CodesResent)]
    public async Task Many_networks_together_fill_nobodys_mailbox()
    {
        var owner = AuthApp.Someone();
        for (var i = 0; i < 50; i++)
        {
            using var stranger = app.From(Network());
            await SignUp(stranger, AuthApp.Someone() with { Email = owner.Email });
            app.Clock.Advance(Code.Gap);
        }

        Assert.Equal(30, await Sent(owner.Email));
    }

    [Fact]
    public async Task The_wrong_codes_of_others_do_not_use_up_the_tries_of_a_flow()
    {
        var person = AuthApp.Someone();
        using var browser = app.Browser(Network());
        await SignUp(browser, person);
        var code = (await Codes(person.Email, 1))[0];
        using var stranger = app.From(Network());
        for (var i = 0; i < 10; i++)
        {
            using var guess = await stranger.Post("/email-verify", new { person.Email, otp = $"{i:D6}" });
            Assert.Equal(i < Code.Tries ? HttpStatusCode.BadRequest : HttpStatusCode.TooManyRequests, guess.StatusCode);
        }

        using var verified = await browser.Post("/email-verify", new { person.Email, otp = code });
        await verified.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task However_many_sign_up_with_an_address_its_document_stays_small_and_a_fresh_code_good()
    {
        var person = AuthApp.Someone();
        using var browser = app.Browser(Network());
        await SignUp(browser, person);
        for (var i = 0; i < 40; i++)
        {
            using var stranger = app.From(Network());
            await SignUp(stranger, AuthApp.Someone() with { Email = person.Email, Password = $"a stranger's password {i}" });
        }

        var stored = await Stored(person.Email);
        Assert.InRange(stored["flows"].AsBsonDocument.ElementCount, 2, 20);
        using var verified = await browser.Post("/email-verify", new { person.Email, otp = (await Codes(person.Email, 1))[0] });
        await verified.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_code_that_another_device_asked_for_proves_the_address_but_lets_no_password_count()
    {
        var person = AuthApp.Someone();
        using var stranger = app.Browser(Network());
        await SignUp(stranger, person);
        app.Clock.Advance(Code.Gap);
        using var owner = app.Browser(Network());
        await Resend(owner, person.Email);

        using var verified = await owner.Post("/email-verify", new { person.Email, otp = (await Codes(person.Email, 2))[1] });

        await verified.Should(HttpStatusCode.OK);
        using var password = await app.SignIn(person.Email, person.Password);
        await password.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
    }

    [Fact]
    public async Task Who_looks_like_the_owner_learns_nothing_of_the_owners_flow()
    {
        var person = AuthApp.Someone();
        var network = Network();
        using var owner = app.Browser(network);
        using var neighbour = app.From(network);
        await SignUp(owner, person);
        app.Clock.Advance(Code.Gap);

        using var resent = await neighbour.Post("/email-resend-otp", new { person.Email });
        var neighboursFlow = (await SignUp(neighbour, person with { Username = AuthApp.Someone().Username, Password = "a neighbour's password" })).Text("flow");

        Assert.False(resent.Headers.Contains("Set-Cookie"));
        Assert.Equal(2, (await Stored(person.Email))["flows"].AsBsonDocument.ElementCount);
        using var verified = await owner.Post("/email-verify", new { person.Email, otp = (await Codes(person.Email, 2))[1] });
        await verified.Should(HttpStatusCode.OK);
        using var password = await app.SignIn(person.Email, person.Password);
        await password.Should(HttpStatusCode.OK);
        Assert.DoesNotContain(neighboursFlow, (await Stored(person.Email))["flows"].AsBsonDocument.Names);
    }

    [Fact]
    public async Task A_user_name_that_was_taken_since_gets_a_suffix_when_the_address_is_proven()
    {
        var person = AuthApp.Someone();
        using var browser = app.Browser(Network());
        using var stranger = app.Browser(Network());
        await SignUp(browser, person);
        await SignUp(stranger, AuthApp.Someone() with { Email = person.Email, Password = "a stranger's password" });
        await app.Join(AuthApp.Someone() with { Username = person.Username });

        using var verified = await browser.Post("/email-verify", new { person.Email, otp = (await Codes(person.Email, 1))[0] });

        var user = (await verified.Should(HttpStatusCode.OK)).GetProperty("user");
        Assert.Matches($"^{person.Username}-[0-9a-f]{{4}}$", user.Text("username"));
        await app.Next<UserRegistered>(e => e.Email == person.Email && e.Username == user.Text("username"));
    }

    [Fact]
    public async Task A_double_click_leaves_one_code_that_works_whichever_answer_came_last()
    {
        var person = AuthApp.Someone();
        var network = Network();
        using var first = app.From(network);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => first.Post("/email-signup", person)));

        var flows = new HashSet<string>();
        foreach (var answer in answers)
        {
            flows.Add((await answer.Should(HttpStatusCode.Created)).Text("flow"));
        }

        var flow = Assert.Single(flows);
        using var verified = await app.Post("/email-verify", new { person.Email, otp = (await Codes(person.Email, 1))[0], flow });
        await verified.Should(HttpStatusCode.OK);
    }

    // Addresses for documentation (RFC 5737) and their like: each test has its own.
    private static string Network()
    {
        var number = Interlocked.Increment(ref _networks);
        return $"198.51.{number / 250}.{(number % 250) + 1}";
    }

    private static async Task<System.Text.Json.JsonElement> SignUp(HttpClient http, Person person)
    {
        using var response = await http.Post("/email-signup", person);
        return await response.Should(HttpStatusCode.Created);
    }

    private static async Task Resend(HttpClient http, string email)
    {
        using var response = await http.Post("/email-resend-otp", new { email });
        await response.Should(HttpStatusCode.Accepted);
    }

    private async Task<List<string>> Codes(string email, int count)
    {
        await app.Next<EmailCodeIssued>(_ => app.Codes(email).Count >= count);
        return [.. app.Codes(email).Select(app.Open)];
    }

    private async Task<int> Sent(string email) => (await Stored(email))["sent"].AsBsonArray.Count;

    private async Task<BsonDocument> Stored(string email) => await app.Service.Database.GetCollection<BsonDocument>(CodeStore.Collection)
        .Find(new BsonDocument("_id", $"VERIFY_EMAIL|{email}")).FirstAsync(Ct);
}
