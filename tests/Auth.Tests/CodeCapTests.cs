using Visuels.Auth.Codes;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Strangers can neither use up nor fill up what an address is mailed.</summary>
[Proves(Requirement.CodesChecked)]
public sealed class CodeCapTests(AuthApp app) : IClassFixture<AuthApp>
{
    [Fact]
    [Proves(Requirement.CodesResent)]
    public async Task Another_password_brings_no_second_mail_within_a_minute_and_in_the_same_browser_it_counts()
    {
        var person = AuthApp.Someone();
        using var browser = app.Browser(AuthApp.Network());
        using var stranger = app.Browser(AuthApp.Network());
        await browser.SignUp(person);
        await browser.SignUp(person with { Password = "second thoughts, better" });
        await stranger.SignUp(person with { Username = AuthApp.Someone().Username, Password = "a stranger's password" });

        using var verified = await browser.Post("/email-verify", new { person.Email, otp = (await app.CodesFor(person.Email, 1))[0] });

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
        using var browser = app.Browser(AuthApp.Network());
        await browser.SignUp(person);
        for (var i = 0; i < 10; i++)
        {
            app.Clock.Advance(Code.Gap);
            await browser.AskForCode(person.Email);
        }

        Assert.Equal(5, await Sent(person.Email));
        for (var hour = 0; hour < 3; hour++)
        {
            app.Clock.Advance(TimeSpan.FromHours(1));
            for (var i = 0; i < 5; i++)
            {
                await browser.AskForCode(person.Email);
                app.Clock.Advance(Code.Gap);
            }
        }

        Assert.Equal(10, await Sent(person.Email));
        app.Clock.Advance(Code.Day);
        await browser.AskForCode(person.Email);
        Assert.Equal(1, await Sent(person.Email));
    }

    [Fact]
    [Proves(Requirement.CodesResent)]
    public async Task Whoever_uses_up_the_codes_of_an_address_does_not_keep_its_owner_from_signing_up()
    {
        var owner = AuthApp.Someone();
        using var stranger = app.From(AuthApp.Network());
        for (var i = 0; i < 30; i++)
        {
            await stranger.SignUp(AuthApp.Someone() with { Email = owner.Email, Password = $"a stranger's password {i}" });
            app.Clock.Advance(TimeSpan.FromMinutes(15));
        }

        Assert.Equal(10, await Sent(owner.Email));
        using var browser = app.Browser(AuthApp.Network());

        await browser.SignUp(owner);

        using var verified = await browser.Post("/email-verify", new { owner.Email, otp = (await app.CodesFor(owner.Email, 11))[^1] });
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
            using var stranger = app.From(AuthApp.Network());
            await stranger.SignUp(AuthApp.Someone() with { Email = owner.Email });
            app.Clock.Advance(Code.Gap);
        }

        Assert.Equal(30, await Sent(owner.Email));
    }

    [Fact]
    public async Task The_wrong_codes_of_others_do_not_use_up_the_tries_of_a_flow()
    {
        var person = AuthApp.Someone();
        using var browser = app.Browser(AuthApp.Network());
        await browser.SignUp(person);
        var code = (await app.CodesFor(person.Email, 1))[0];
        using var stranger = app.From(AuthApp.Network());
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
        using var browser = app.Browser(AuthApp.Network());
        await browser.SignUp(person);
        for (var i = 0; i < 40; i++)
        {
            using var stranger = app.From(AuthApp.Network());
            await stranger.SignUp(AuthApp.Someone() with { Email = person.Email, Password = $"a stranger's password {i}" });
        }

        var stored = await app.StoredCodes(person.Email);
        Assert.InRange(stored["flows"].AsBsonDocument.ElementCount, 2, 20);
        using var verified = await browser.Post("/email-verify", new { person.Email, otp = (await app.CodesFor(person.Email, 1))[0] });
        await verified.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_double_click_leaves_one_code_that_works_whichever_answer_came_last()
    {
        var person = AuthApp.Someone();
        var network = AuthApp.Network();
        using var first = app.From(network);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => first.Post("/email-signup", person)));

        var flows = new HashSet<string>();
        foreach (var answer in answers)
        {
            flows.Add((await answer.Should(HttpStatusCode.Created)).Text("flow"));
        }

        var flow = Assert.Single(flows);
        using var verified = await app.Post("/email-verify", new { person.Email, otp = (await app.CodesFor(person.Email, 1))[0], flow });
        await verified.Should(HttpStatusCode.OK);
    }

    private async Task<int> Sent(string email) => (await app.StoredCodes(email))["sent"].AsBsonArray.Count;
}
