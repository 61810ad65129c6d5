using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.Auth.Throttling;
using Visuels.Contracts.Accounts;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

[Proves(Requirement.PasswordChange)]
public sealed class PasswordChangeTests(AuthApp app) : IClassFixture<AuthApp>
{
    private const string Next = "a brand new password";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IMongoCollection<Account> Accounts => app.Service.Database.GetCollection<Account>(AccountStore.Collection);

    [Fact]
    public async Task Changing_the_password_ends_all_other_sessions_and_its_owner_is_told()
    {
        var member = await app.Join();
        using var other = await app.SignIn(member.Person.Email, member.Person.Password);
        var others = (await other.Should(HttpStatusCode.OK)).Text("refreshToken");

        using var changed = await member.Http.Put("/api/v1/auth/password", new { current = member.Person.Password, next = Next });

        await changed.Should(HttpStatusCode.NoContent);
        await RefusesRefresh(others);
        using var own = await app.Post("/refresh?tokens=true", new { member.RefreshToken });
        await own.Should(HttpStatusCode.OK);
        await SignsInWith(member.Person.Email, Next, not: member.Person.Password);
        var told = await app.Next<PasswordChanged>(e => e.UserId == member.Id.ToString());
        Assert.Equal((member.Person.Email, member.Person.Name, false), (told.Email, told.Name, told.ByMail));
        var revoked = await app.Next<SessionsRevoked>(e => e.UserId == member.Id.ToString());
        Assert.Equal((told.Version, true), (revoked.Version, revoked.KeptSession is not null));
        Assert.DoesNotContain("password\":", JsonSerializer.Serialize(told), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_current_password_is_asked_for_and_the_next_one_must_be_good()
    {
        var member = await JoinByAnotherName();
        foreach (var (body, status, code) in new (object, HttpStatusCode, string)[]
        {
            (new { current = "not the password", next = Next }, HttpStatusCode.Forbidden, "wrong_password"),
            (new { current = member.Person.Password, next = "password1234" }, HttpStatusCode.BadRequest, "password_common"),
            (new { current = member.Person.Password, next = member.Person.Username + "2026" }, HttpStatusCode.BadRequest, "password_common"),
            (new { current = member.Person.Password, next = "short" }, HttpStatusCode.BadRequest, "validation_failed"),
            (new { next = Next }, HttpStatusCode.BadRequest, "invalid_request"),
        })
        {
            using var refused = await member.Http.Put("/api/v1/auth/password", body);
            var problem = await refused.Should(status);
            Assert.True(code == "invalid_request" || problem.Text("code") == code, problem.GetRawText());
        }

        using var anonymous = await app.Http.Put("/api/v1/auth/password", new { current = member.Person.Password, next = Next });
        await anonymous.Refuses(HttpStatusCode.Unauthorized, "unauthorized");
        await SignsInWith(member.Person.Email, member.Person.Password, not: Next);
    }

    [Fact]
    public async Task Of_ten_changes_at_once_one_succeeds()
    {
        var member = await app.Join();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            member.Http.Put("/api/v1/auth/password", new { current = member.Person.Password, next = $"{Next} {i}" })));

        var winner = Assert.Single(Enumerable.Range(0, 8), i => answers[i].StatusCode == HttpStatusCode.NoContent);
        Assert.All(answers.Where((_, i) => i != winner), answer => Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.Conflict, HttpStatusCode.Forbidden }));
        await SignsInWith(member.Person.Email, $"{Next} {winner}", not: member.Person.Password);
    }

    [Fact]
    public async Task Who_forgot_the_password_sets_a_new_one_by_mail_and_all_sessions_end()
    {
        var member = await app.Join();
        using var browser = app.Browser();
        var code = await Forgot(browser, member.Person.Email);

        using var reset = await browser.Post("/password/reset", new { member.Person.Email, otp = code, password = Next });

        Assert.True((await reset.Should(HttpStatusCode.OK)).GetProperty("status").GetBoolean());
        await RefusesRefresh(member.RefreshToken);
        await SignsInWith(member.Person.Email, Next, not: member.Person.Password);
        Assert.True((await app.Next<PasswordChanged>(e => e.UserId == member.Id.ToString())).ByMail);
        using var again = await browser.Post("/password/reset", new { member.Person.Email, otp = code, password = "yet another password" });
        await again.Should(HttpStatusCode.BadRequest);
    }

    [Fact]
    [Proves(Requirement.BruteForce)]
    public async Task A_reset_lets_the_owner_in_while_strangers_go_on_guessing()
    {
        var member = await app.Join();
        await Guess(member.Person.Email, TryCount.Free);
        using var browser = app.Browser();
        using var reset = await browser.Post("/password/reset", new { member.Person.Email, otp = await Forgot(browser, member.Person.Email), password = Next });
        await reset.Should(HttpStatusCode.OK);
        using var anywhere = await app.SignIn(member.Person.Email, Next);
        await anywhere.Should(HttpStatusCode.OK);

        await Guess(member.Person.Email, TryCount.Free);

        using var elsewhere = await app.SignIn(member.Person.Email, Next);
        using var here = await browser.Post("/email-signin", new { member.Person.Email, password = Next });
        await elsewhere.Refuses(HttpStatusCode.TooManyRequests, "rate_limited");
        await here.Should(HttpStatusCode.OK);
    }

    [Fact]
    [Proves(Requirement.CodesChecked)]
    public async Task Of_twenty_right_codes_at_once_one_sets_its_password()
    {
        var member = await app.Join();
        using var browser = app.Browser();
        var code = await Forgot(browser, member.Person.Email);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            browser.Post("/password/reset", new { member.Person.Email, otp = code, password = $"{Next} {i}" })));

        var winner = Assert.Single(Enumerable.Range(0, 20), i => answers[i].StatusCode == HttpStatusCode.OK);
        await SignsInWith(member.Person.Email, $"{Next} {winner}", not: member.Person.Password);
    }

    [Fact]
    [Proves(Requirement.CodesChecked)]
    public async Task Of_fifty_wrong_codes_at_once_five_are_looked_at_and_then_the_right_one_is_refused()
    {
        var member = await app.Join();
        using var browser = app.Browser();
        var code = await Forgot(browser, member.Person.Email);
        var wrong = code == "000000" ? "111111" : "000000";

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => browser.Post("/password/reset", new { member.Person.Email, otp = wrong, password = Next })));

        Assert.Equal(Code.Tries, answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
        Assert.Equal(50 - Code.Tries, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
        using var right = await browser.Post("/password/reset", new { member.Person.Email, otp = code, password = Next });
        await right.Refuses(HttpStatusCode.TooManyRequests, "otp_attempts_exceeded");
    }

    [Fact]
    [Proves(Requirement.CodesChecked)]
    public async Task A_code_is_good_for_its_purpose_its_flow_and_five_minutes()
    {
        var member = await app.Join();
        using var browser = app.Browser("203.0.113.1");
        using var elsewhere = app.Browser("203.0.113.2");
        var code = await Forgot(browser, member.Person.Email);

        using var otherPurpose = await browser.Post("/email-verify", new { member.Person.Email, otp = code });
        using var otherFlow = await elsewhere.Post("/password/reset", new { member.Person.Email, otp = code, password = Next });
        app.Clock.Advance(TimeSpan.FromSeconds(301));
        using var late = await browser.Post("/password/reset", new { member.Person.Email, otp = code, password = Next });

        await otherPurpose.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        await otherFlow.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        await late.Refuses(HttpStatusCode.BadRequest, "otp_expired");
        await SignsInWith(member.Person.Email, member.Person.Password, not: Next);
    }

    [Fact]
    [Proves("T5")]
    public async Task A_code_that_runs_out_takes_nothing_with_it()
    {
        var member = await app.Join();
        using var browser = app.Browser();
        await Forgot(browser, member.Person.Email);

        app.Clock.Advance(TimeSpan.FromDays(30));

        using var signedIn = await app.SignIn(member.Person.Email, member.Person.Password);
        await signedIn.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_password_that_is_refused_leaves_the_code_good()
    {
        var member = await JoinByAnotherName();
        using var browser = app.Browser();
        var code = await Forgot(browser, member.Person.Email);

        using var common = await browser.Post("/password/reset", new { member.Person.Email, otp = code, password = "password1234" });
        using var username = await browser.Post("/password/reset", new { member.Person.Email, otp = code, password = member.Person.Username + "!!" });
        using var good = await browser.Post("/password/reset", new { member.Person.Email, otp = code, password = Next });

        await common.Refuses(HttpStatusCode.BadRequest, "password_common");
        await username.Refuses(HttpStatusCode.BadRequest, "password_common");
        await good.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_account_that_has_only_Google_gets_a_password_by_mail_and_keeps_Google()
    {
        var member = await app.Join();
        await Accounts.UpdateOneAsync(
            a => a.Id == member.Id,
            Builders<Account>.Update.Unset(a => a.PasswordHash).Set(a => a.GoogleSubject, $"google-{member.Id}"),
            cancellationToken: Ct);
        using var change = await member.Http.Put("/api/v1/auth/password", new { current = member.Person.Password, next = Next });
        await change.Refuses(HttpStatusCode.Conflict, "no_password");
        using var browser = app.Browser();

        using var reset = await browser.Post("/password/reset", new { member.Person.Email, otp = await Forgot(browser, member.Person.Email), password = Next });

        await reset.Should(HttpStatusCode.OK);
        await SignsInWith(member.Person.Email, Next, not: member.Person.Password);
        Assert.Equal($"google-{member.Id}", (await Accounts.Find(a => a.Id == member.Id).FirstAsync(Ct)).GoogleSubject);
    }

    [Fact]
    [Proves(Requirement.Enumeration)]
    public async Task Nobody_else_is_mailed_a_code_and_nobody_can_tell()
    {
        var unproven = AuthApp.Someone();
        await app.SignUp(unproven);
        var blocked = await app.Join();
        await app.Service.Services.GetRequiredService<AccountStore>().SetBlockedAsync(blocked.Id, true, Ct);
        foreach (var email in new[] { AuthApp.Someone().Email, unproven.Email, blocked.Person.Email })
        {
            using var browser = app.Browser();
            using var forgot = await browser.Post("/password/forgot", new { email });
            var answer = await forgot.Should(HttpStatusCode.Accepted);
            Assert.Equal("otp sent", answer.Text("msg"));
            Assert.Matches(Requesters.Pattern, answer.Text("flow"));
            using var reset = await browser.Post("/password/reset", new { email, otp = "000000", password = Next });
            await reset.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        }

        // Who asks later is mailed later: nothing of the first can still be on its way.
        using var last = app.Browser();
        await Forgot(last, (await app.Join()).Person.Email);
        Assert.DoesNotContain(
            app.Service.Bus.Published<EmailCodeIssued>(), e => e.Purpose == CodePurposes.ResetPassword && (e.Email == unproven.Email || e.Email == blocked.Person.Email));
    }

    [Fact]
    [Proves(Requirement.CodesResent)]
    public async Task A_second_code_within_a_minute_is_promised_but_not_mailed()
    {
        var member = await app.Join();
        using var browser = app.Browser();
        using var first = await browser.Post("/password/forgot", new { member.Person.Email });
        using var second = await browser.Post("/password/forgot", new { member.Person.Email });

        Assert.Equal((await first.Should(HttpStatusCode.Accepted)).GetRawText(), (await second.Should(HttpStatusCode.Accepted)).GetRawText());
        var codes = await app.Service.Database.GetCollection<BsonDocument>(CodeStore.Collection)
            .Find(new BsonDocument("_id", $"RESET_PASSWORD|{member.Person.Email}")).FirstAsync(Ct);
        Assert.Single(codes["sent"].AsBsonArray);
    }

    // The address must not be what a password like the user name is refused for.
    private Task<Member> JoinByAnotherName()
    {
        var someone = AuthApp.Someone();
        return app.Join(someone with { Username = $"{someone.Username}-studio" });
    }

    private async Task<string> Forgot(HttpClient browser, string email)
    {
        using var forgot = await browser.Post("/password/forgot", new { email });
        await forgot.Should(HttpStatusCode.Accepted);
        return app.Open(await app.Next<EmailCodeIssued>(e => e.Email == email && e.Purpose == CodePurposes.ResetPassword));
    }

    private async Task Guess(string email, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var wrong = await app.SignIn(email, "not the password");
            await wrong.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        }
    }

    private async Task SignsInWith(string email, string password, string not)
    {
        using var refused = await app.SignIn(email, not);
        using var right = await app.SignIn(email, password);
        await refused.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        await right.Should(HttpStatusCode.OK);
    }

    private async Task RefusesRefresh(string refreshToken)
    {
        using var ended = await app.Post("/refresh?tokens=true", new { refreshToken });
        await ended.Refuses(HttpStatusCode.Unauthorized, "session_ended");
    }
}
