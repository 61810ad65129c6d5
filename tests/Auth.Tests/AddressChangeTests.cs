using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.Addresses;
using Visuels.Auth.Codes;
using Visuels.Contracts.Accounts;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

[Proves(Requirement.AddressChange)]
public sealed class AddressChangeTests(AuthApp app) : IClassFixture<AuthApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_enters_the_code_has_the_new_address_and_all_hear_of_it()
    {
        var member = await app.Join();
        var (before, email) = (member.Person.Email, AddressMoves.NewAddress());
        using var elsewhere = await app.SignIn(before, AuthApp.Password);
        var others = (await elsewhere.Should(HttpStatusCode.OK)).Text("refreshToken");

        var code = await app.AskForAddress(member, $" {email.ToUpperInvariant()} ");
        Assert.Equal(before, (await app.Account(member)).Email);
        using var confirmed = await member.Http.ConfirmAddress(code);

        Assert.Equal(email, (await confirmed.Should(HttpStatusCode.OK)).GetProperty("user").Text("email"));
        using var byNew = await app.SignIn(email, AuthApp.Password);
        using var byOld = await app.SignIn(before, AuthApp.Password);
        await byNew.Should(HttpStatusCode.OK);
        await byOld.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        using var own = await app.Post("/refresh?tokens=true", new { member.RefreshToken });
        using var ended = await app.Post("/refresh?tokens=true", new { refreshToken = others });
        await own.Should(HttpStatusCode.OK);
        await ended.Refuses(HttpStatusCode.Unauthorized, "session_ended");

        var id = member.Id.ToString();
        var told = await app.Next<EmailChanged>(e => e.UserId == id);
        var updated = await app.Next<UserUpdated>(e => e.UserId == id && e.Version == told.Version);
        var revoked = await app.Next<SessionsRevoked>(e => e.UserId == id && e.Version == told.Version);
        Assert.Equal((before, email, true), (told.Email, updated.Email, revoked.KeptSession is not null));
        Assert.DoesNotContain(email, JsonSerializer.Serialize(told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_owner_is_asked_for_and_the_address_must_be_another_one()
    {
        var member = await app.Join();
        var email = AddressMoves.NewAddress();
        foreach (var (body, status, code) in new (object, HttpStatusCode, string)[]
        {
            (new { email }, HttpStatusCode.Forbidden, "reauthentication_required"),
            (new { email, password = "not the password" }, HttpStatusCode.Forbidden, "wrong_password"),
            (new { email = "nobody", password = AuthApp.Password }, HttpStatusCode.BadRequest, "validation_failed"),
            (new { email = member.Person.Email.ToUpperInvariant(), password = AuthApp.Password }, HttpStatusCode.Conflict, "email_unchanged"),
        })
        {
            using var refused = await member.Http.Put("/api/v1/auth/email", body);
            await refused.Refuses(status, code);
        }

        using var anonymous = await app.Http.WantAddress(email);
        await anonymous.Refuses(HttpStatusCode.Unauthorized, "unauthorized");
        using var early = await member.Http.ConfirmAddress("123456");
        await early.Refuses(HttpStatusCode.BadRequest, "otp_expired");
        var account = await app.Account(member);
        Assert.Equal((member.Person.Email, null), (account.Email, account.WantedAddress));
    }

    [Fact]
    [Proves(Requirement.SecondFactor)]
    public async Task The_second_factor_is_asked_for_where_it_is_on()
    {
        var holder = await FactorHolder.Join(app);
        var email = AddressMoves.NewAddress();

        using var without = await holder.Member.Http.WantAddress(email);
        using var with = await holder.Member.Http.Put("/api/v1/auth/email", new { email, password = AuthApp.Password, code = holder.NextCode() });

        await without.Refuses(HttpStatusCode.Forbidden, "second_factor_required");
        await with.Should(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task An_account_that_has_only_Google_moves_in_a_young_session_and_keeps_Google()
    {
        var member = await app.Join();
        await app.Accounts().UpdateOneAsync(
            a => a.Id == member.Id, Builders<Account>.Update.Unset(a => a.PasswordHash).Set(a => a.GoogleSubject, $"g{member.Id}"), cancellationToken: Ct);
        var email = AddressMoves.NewAddress();

        await app.MoveTo(member, email);

        var account = await app.Account(member);
        Assert.Equal((email, $"g{member.Id}"), (account.Email, account.GoogleSubject));
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        using var renewed = await app.Post("/refresh?tokens=true", new { member.RefreshToken });
        using var aged = app.Service.Client((await renewed.Should(HttpStatusCode.OK)).Text("accessToken"));
        using var late = await aged.WantAddress(AddressMoves.NewAddress(), password: null);
        await late.Refuses(HttpStatusCode.Forbidden, "reauthentication_required");
    }

    [Fact]
    [Proves(Requirement.Enumeration)]
    public async Task Nobody_learns_whether_an_address_is_taken_but_its_owner_learns_who_asked_for_it()
    {
        var (owner, blocked, unproven, member) = (await app.Join(), await app.Join(), AuthApp.Someone(), await app.Join());
        await app.SignUp(unproven);
        await app.Service.Services.GetRequiredService<AccountStore>().SetBlockedAsync(blocked.Id, true, Ct);
        var answers = new List<string>();
        foreach (var email in new[] { owner.Person.Email, blocked.Person.Email, unproven.Email, AddressMoves.NewAddress() })
        {
            Assert.Equal(7, await StoreCalls.CountAsync(async () =>
            {
                var asked = await member.Http.WantAddress(email);
                answers.Add((await asked.Should(HttpStatusCode.Accepted)).GetRawText());
                return asked;
            }));
            using var guessed = await member.Http.ConfirmAddress("000000");
            // One in a million, where there is a code at all.
            Assert.Equal("otp_wrong", (await guessed.Should(HttpStatusCode.BadRequest)).Text("code"));
        }

        Assert.Single(answers.Distinct());
        await app.Next<KnownAddressSignedUp>(e => e.Email == owner.Person.Email && e.UserId == owner.Id.ToString());
        await app.Next<EmailCodeIssued>(e => e.Email == unproven.Email && e.Purpose == CodePurposes.ChangeEmail && e.Name.Length == 0);
        Assert.DoesNotContain(
            app.Service.Bus.Published<EmailCodeIssued>(),
            e => e.Purpose == CodePurposes.ChangeEmail && (e.Email == owner.Person.Email || e.Email == blocked.Person.Email));
    }

    [Theory]
    [InlineData("password")]
    [InlineData("sessions")]
    [Proves(Requirement.PasswordChange)]
    public async Task What_ends_the_other_sessions_takes_the_wish_back(string what)
    {
        var member = await app.Join();
        var code = await app.AskForAddress(member, AddressMoves.NewAddress());

        using var ended = what == "password"
            ? await member.Http.Put("/api/v1/auth/password", new { current = AuthApp.Password, next = "a brand new password" })
            : await member.Http.DeleteAsync("/api/v1/auth/sessions", Ct);

        await ended.Should(HttpStatusCode.NoContent);
        using var confirmed = await member.Http.ConfirmAddress(code);
        await confirmed.Refuses(HttpStatusCode.BadRequest, "otp_expired");
        var account = await app.Account(member);
        Assert.Equal((member.Person.Email, null), (account.Email, account.WantedAddress));
    }

    [Fact]
    public async Task Who_was_blocked_or_signed_out_meanwhile_moves_nowhere()
    {
        var (blocked, gone) = (await app.Join(), await app.Join());
        var (one, two) = (await app.AskForAddress(blocked, AddressMoves.NewAddress()), await app.AskForAddress(gone, AddressMoves.NewAddress()));

        await app.Service.Services.GetRequiredService<AccountStore>().SetBlockedAsync(blocked.Id, true, Ct);
        await app.Service.Services.GetRequiredService<AccountStore>().EndSessionsAsync(gone.Id, kept: null, Ct);

        using var refused = await blocked.Http.ConfirmAddress(one);
        using var ended = await gone.Http.ConfirmAddress(two);
        Assert.Contains(refused.StatusCode, new[] { HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden });
        await ended.Should(HttpStatusCode.Unauthorized);
        Assert.Equal((blocked.Person.Email, gone.Person.Email), ((await app.Account(blocked)).Email, (await app.Account(gone)).Email));
    }

    [Fact]
    [Proves(Requirement.Linking)]
    public async Task The_address_of_a_sign_up_that_nobody_has_proven_goes_to_who_proves_it()
    {
        var (member, unproven) = (await app.Join(), AuthApp.Someone());
        var code = await app.AskForAddress(member, unproven.Email);
        await app.SignUp(unproven);
        var otp = app.Open(await app.Next<EmailCodeIssued>(e => e.Email == unproven.Email && e.Purpose == CodePurposes.VerifyEmail));

        using var confirmed = await member.Http.ConfirmAddress(code);

        await confirmed.Should(HttpStatusCode.OK);
        using var proof = await app.Verify(unproven.Email, otp);
        await proof.Refuses(HttpStatusCode.BadRequest, "otp_expired");
        Assert.Equal(member.Id, (await app.Accounts().Find(a => a.Email == unproven.Email).SingleAsync(Ct)).Id);
        await app.Join(AuthApp.Someone() with { Username = unproven.Username });
    }

    [Fact]
    public async Task Who_has_shown_the_mailbox_is_told_that_another_account_has_its_address()
    {
        var member = await app.Join();
        var email = AddressMoves.NewAddress();
        var code = await app.AskForAddress(member, email);
        await app.Join(email, not: member);

        using var confirmed = await member.Http.ConfirmAddress(code);

        await confirmed.Refuses(HttpStatusCode.Conflict, "email_taken");
        Assert.Equal(member.Person.Email, (await app.Account(member)).Email);
    }

    [Fact]
    public async Task Codes_of_the_former_address_die_and_it_is_free()
    {
        var member = await app.Join();
        var before = member.Person.Email;
        using var browser = app.Browser();
        using var forgot = await browser.Post("/password/forgot", new { email = before });
        var reset = app.Open(await app.Next<EmailCodeIssued>(e => e.Email == before && e.Purpose == CodePurposes.ResetPassword));

        await app.MoveTo(member, AddressMoves.NewAddress());
        app.Clock.Advance(Code.Gap);
        var successor = await app.Join(before, not: member);

        using var late = await browser.Post("/password/reset", new { email = before, otp = reset, password = "a brand new password" });
        await late.Refuses(HttpStatusCode.BadRequest, "otp_wrong");
        Assert.Equal(before, (await app.Accounts().Find(a => a.Id == successor).SingleAsync(Ct)).Email);
    }

    [Fact]
    [Proves(Requirement.AccountLife)]
    public async Task Wanted_and_former_addresses_go_with_their_account_or_in_time()
    {
        var (leaving, staying) = (await app.Join(), await app.Join());
        foreach (var member in new[] { leaving, staying })
        {
            await app.MoveTo(member, AddressMoves.NewAddress());
            await app.AskForAddress(member, AddressMoves.NewAddress());
        }

        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/me") { Content = JsonContent.Create(new { password = AuthApp.Password }) };
        using var deleted = await leaving.Http.SendAsync(request, Ct);
        await deleted.Should(HttpStatusCode.NoContent);
        var left = await app.Service.Database.GetCollection<BsonDocument>(AccountStore.Collection).Find(new BsonDocument("_id", leaving.Id)).FirstAsync(Ct);
        Assert.False(left.Contains("wantedAddress") || left.Contains("formerAddresses"), left.ToJson());

        app.Clock.Advance(FormerAddress.Life - TimeSpan.FromHours(1));
        await app.Service.Services.GetRequiredService<AddressStore>().ForgetAsync(Ct);
        var soon = await app.Account(staying);
        Assert.Equal((null, 1), (soon.WantedAddress, soon.FormerAddresses.Count));
        app.Clock.Advance(TimeSpan.FromHours(1));
        await app.Service.Services.GetRequiredService<AddressStore>().ForgetAsync(Ct);
        Assert.Empty((await app.Account(staying)).FormerAddresses);
    }
}
