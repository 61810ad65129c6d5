using System.Text.Json;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Codes;
using Visuels.Contracts.Accounts;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

public sealed class CodeTests(AuthApp app) : IClassFixture<AuthApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves(Requirement.CodesMade)]
    [Proves(Requirement.CodesChecked)]
    public async Task A_code_has_six_digits_and_five_minutes()
    {
        var person = AuthApp.Someone();
        await app.SignUp(person);
        var code = await app.CodeFor(person.Email);
        Assert.Matches("^[0-9]{6}$", code);

        app.Clock.Advance(TimeSpan.FromSeconds(301));

        using var late = await app.Verify(person.Email, code);
        await late.Refuses(HttpStatusCode.BadRequest, "otp_expired");
    }

    [Fact]
    [Proves(Requirement.CodesChecked)]
    [Proves("T3")]
    public async Task After_five_wrong_codes_the_right_one_is_refused_too_until_a_new_one_is_made()
    {
        var person = AuthApp.Someone();
        await app.SignUp(person);
        var code = await app.CodeFor(person.Email);
        for (var i = 0; i < Code.Tries; i++)
        {
            using var wrong = await app.Verify(person.Email, Wrong(code));
            await wrong.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        }

        using var right = await app.Verify(person.Email, code);
        await right.Refuses(HttpStatusCode.TooManyRequests, "otp_attempts_exceeded");

        app.Clock.Advance(Code.Gap);
        await Resend(person.Email);
        var fresh = await app.Next<EmailCodeIssued>(e => e.Email == person.Email && e.Version == 2);
        using var verified = await app.Verify(person.Email, app.Open(fresh));
        await verified.Should(HttpStatusCode.OK);
    }

    [Fact]
    [Proves(Requirement.CodesChecked)]
    [Proves("T3")]
    public async Task Of_fifty_wrong_codes_at_once_five_are_looked_at()
    {
        var person = AuthApp.Someone();
        await app.SignUp(person);
        var wrong = Wrong(await app.CodeFor(person.Email));

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => app.Verify(person.Email, wrong)));

        Assert.Equal(Code.Tries, answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
        Assert.Equal(50 - Code.Tries, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    [Proves(Requirement.Enumeration)]
    public async Task Of_fifty_wrong_codes_at_once_for_an_unknown_address_five_seem_to_be_looked_at()
    {
        var nobody = AuthApp.Someone().Email;

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => app.Verify(nobody, "123456")));

        Assert.Equal(Code.Tries, answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
        Assert.Equal(50 - Code.Tries, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    [Proves(Requirement.CodesChecked)]
    public async Task Of_twenty_right_codes_at_once_one_signs_in()
    {
        var person = AuthApp.Someone();
        await app.SignUp(person);
        var code = await app.CodeFor(person.Email);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.Verify(person.Email, code)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(19, answers.Count(answer => answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.TooManyRequests));
    }

    [Fact]
    [Proves(Requirement.Enumeration)]
    [Proves("T18")]
    public async Task Guessing_tells_nothing_about_who_has_an_account()
    {
        var member = await app.Join();
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        var pending = AuthApp.Someone();
        await app.SignUp(pending);
        var wrong = Wrong(await app.CodeFor(pending.Email));

        var known = await Guesses(member.Person.Email, wrong);
        var unverified = await Guesses(pending.Email, wrong);
        var unknown = await Guesses(AuthApp.Someone().Email, wrong);

        Assert.Equal(unknown, unverified);
        Assert.Equal(unknown, known);
    }

    [Fact]
    [Proves(Requirement.Enumeration)]
    public async Task Asking_again_resets_the_tries_of_every_address_alike()
    {
        var member = await app.Join();
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        var nobody = AuthApp.Someone().Email;
        foreach (var email in new[] { member.Person.Email, nobody })
        {
            await Guesses(email, "000000");
            Assert.Equal("""{"status":true,"msg":"otp sent"}""", await Resend(email));

            using var guess = await app.Verify(email, "000000");
            await guess.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        }

        Assert.Single(app.Codes(member.Person.Email));
        Assert.Empty(app.Codes(nobody));
    }

    [Fact]
    [Proves(Requirement.CodesResent)]
    public async Task A_second_code_within_a_minute_is_promised_but_not_mailed()
    {
        var person = AuthApp.Someone();
        await app.SignUp(person);
        var code = await app.CodeFor(person.Email);
        app.Clock.Advance(Code.Gap / 2);
        Assert.Equal("""{"status":true,"msg":"otp sent"}""", await Resend(person.Email));

        // The first still holds, so none took its place.
        using var verified = await app.Verify(person.Email, code);
        await verified.Should(HttpStatusCode.OK);
    }

    [Fact]
    [Proves(Requirement.CodesResent)]
    public async Task Ten_requests_for_a_code_at_once_make_one()
    {
        var person = AuthApp.Someone();
        await app.SignUp(person);
        await app.CodeFor(person.Email);
        app.Clock.Advance(Code.Gap);

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Resend(person.Email)));

        await app.Next<EmailCodeIssued>(e => e.Email == person.Email && e.Version == 2);
        Assert.Equal(2, (await app.StoredCodes(person.Email))["version"].ToInt64());
    }

    [Fact]
    [Proves(Requirement.CodesKeyed)]
    [Proves(Requirement.CodesMade)]
    [Proves(Requirement.EventSealing)]
    public async Task A_code_stands_nowhere_in_clear()
    {
        var person = AuthApp.Someone();
        await app.SignUp(person);
        var code = await app.CodeFor(person.Email);
        var issued = app.Codes(person.Email)[0];

        Assert.DoesNotContain($"\"{code}", JsonSerializer.Serialize(issued), StringComparison.Ordinal);
        Assert.StartsWith("v1.", issued.SealedCode, StringComparison.Ordinal);
        Assert.DoesNotContain($"\"{code}", (await app.StoredCodes(person.Email)).ToJson(), StringComparison.Ordinal);
        Assert.Equal("VERIFY_EMAIL", issued.Purpose);
        // Strangers can type any address; what they type as its name must not be mailed there.
        Assert.Equal("", issued.Name);
    }

    [Fact]
    public async Task Bad_bodies_are_refused()
    {
        foreach (var body in new[]
        {
            "{}", """{"email":{"$ne":null},"otp":"123456"}""", """{"email":"a@example.com","otp":{"$ne":1}}""", """{"email":"a@example.com","otp":123456}""",
            """{"email":"a@example.com","otp":"12345"}""", """{"email":"a@example.com","otp":"12345x"}""", """{"email":"x","otp":"123456"}""",
        })
        {
            using var response = await app.Http.PostRaw("/api/v1/auth/email-verify", body);
            await response.Should(HttpStatusCode.BadRequest);
        }

        foreach (var body in new[] { "{}", """{"email":{"$ne":null}}""", """{"email":""}""", """{"email":"a@example.com","x":1}""" })
        {
            using var response = await app.Http.PostRaw("/api/v1/auth/email-resend-otp", body);
            await response.Should(HttpStatusCode.BadRequest);
        }
    }

    private static string Wrong(string code) => code == "000000" ? "111111" : "000000";

    private async Task<string> Resend(string email) => (await app.Http.AskForCode(email)).GetRawText();

    private async Task<List<string>> Guesses(string email, string code)
    {
        var answers = new List<string>();
        for (var i = 0; i < Code.Tries + 2; i++)
        {
            using var response = await app.Verify(email, code);
            var problem = await response.Content.ReadAsStringAsync(Ct);
            answers.Add($"{(int)response.StatusCode} {JsonSerializer.Deserialize<JsonElement>(problem).Text("code")} {JsonSerializer.Deserialize<JsonElement>(problem).Text("message")}");
        }

        return answers;
    }
}
