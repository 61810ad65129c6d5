using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Codes;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>The code that is mailed to an address which somebody wants.</summary>
[Proves(Requirement.AddressChange)]
public sealed class AddressCodeTests(AuthApp app) : IClassFixture<AuthApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves(Requirement.CodesChecked)]
    public async Task A_code_is_good_for_the_session_the_account_and_the_address_that_it_was_asked_for()
    {
        var (member, other) = (await app.Join(), await app.Join());
        var email = AddressMoves.NewAddress();
        using var signIn = await app.SignIn(member.Person.Email, AuthApp.Password);
        using var sameAccount = app.Service.Client((await signIn.Should(HttpStatusCode.OK)).Text("accessToken"));
        var code = await app.AskForAddress(member, email);
        using var asked = await other.Http.WantAddress(email);
        await asked.Should(HttpStatusCode.Accepted);

        using var otherSession = await sameAccount.ConfirmAddress(code);
        using var otherAccount = await other.Http.ConfirmAddress(code);
        using var reset = await app.Post("/password/reset", new { email, otp = code, password = "a brand new password" });
        using var proof = await app.Verify(email, code);
        foreach (var refused in new[] { otherSession, otherAccount, reset, proof })
        {
            await refused.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        }

        var second = AddressMoves.NewAddress();
        var secondCode = await app.AskForAddress(member, second);
        if (code != secondCode)
        {
            using var replaced = await member.Http.ConfirmAddress(code);
            await replaced.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        }

        app.Clock.Advance(Code.Life);
        using var late = await member.Http.ConfirmAddress(secondCode);
        await late.Refuses(HttpStatusCode.BadRequest, "otp_expired");
        Assert.Equal(member.Person.Email, (await app.Account(member)).Email);
    }

    [Fact]
    [Proves(Requirement.CodesResent)]
    public async Task A_second_code_within_a_minute_is_promised_but_not_mailed_and_the_first_stays_good()
    {
        var member = await app.Join();
        var email = AddressMoves.NewAddress();
        var code = await app.AskForAddress(member, email);

        using var again = await member.Http.WantAddress(email);

        await again.Should(HttpStatusCode.Accepted);
        var codes = await app.Service.Database.GetCollection<BsonDocument>(CodeStore.Collection).Find(new BsonDocument("_id", $"CHANGE_EMAIL|{email}")).FirstAsync(Ct);
        Assert.Single(codes["sent"].AsBsonArray);
        using var confirmed = await member.Http.ConfirmAddress(code);
        await confirmed.Should(HttpStatusCode.OK);
    }

    [Fact]
    [Proves(Requirement.CodesChecked)]
    public async Task Of_fifty_wrong_codes_at_once_five_are_looked_at()
    {
        var member = await app.Join();
        var code = await app.AskForAddress(member, AddressMoves.NewAddress());
        var wrong = code == "000000" ? "111111" : "000000";

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => member.Http.ConfirmAddress(wrong)));

        Assert.Equal(Code.Tries, answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
        Assert.Equal(50 - Code.Tries, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
        using var right = await member.Http.ConfirmAddress(code);
        await right.Refuses(HttpStatusCode.TooManyRequests, "otp_attempts_exceeded");
    }
}
