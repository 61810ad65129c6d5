using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.Activities;
using Visuels.Auth.Addresses;
using Visuels.Auth.Codes;
using Visuels.Contracts.Accounts;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

[Proves(Requirement.AddressChange)]
public sealed class AddressUndoTests(AuthApp app) : IClassFixture<AuthApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_reads_the_former_mailbox_gets_the_account_back_and_whoever_took_it_is_out()
    {
        var member = await app.Join();
        var (own, thiefs) = (member.Person.Email, AddressMoves.NewAddress());
        await app.MoveTo(member, thiefs);
        await app.Accounts().UpdateOneAsync(a => a.Id == member.Id, Builders<Account>.Update.Set(a => a.GoogleSubject, $"thief-{member.Id}"), cancellationToken: Ct);
        var token = await app.UndoTokenFor(own);

        using var undone = await app.UndoAddress(token);

        await undone.Should(HttpStatusCode.OK);
        var account = await app.Account(member);
        Assert.Equal((own, null, null), (account.Email, account.PasswordHash, account.GoogleSubject));
        using var session = await app.Post("/refresh?tokens=true", new { member.RefreshToken });
        using var signIn = await app.SignIn(own, AuthApp.Password);
        await session.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await signIn.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        var told = await app.Next<EmailChanged>(e => e.Email == thiefs);
        Assert.Equal((null, null), (told.SealedUndo, told.UndoUntil));
        Assert.Equal(own, (await app.Next<UserUpdated>(e => e.UserId == member.Id.ToString() && e.Version == told.Version)).Email);
        using var again = await app.UndoAddress(token);
        await again.Refuses(HttpStatusCode.BadRequest, "undo_invalid");

        using var signInAgain = await SignInWithNewPassword(own);
        await signInAgain.Should(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Proves(Requirement.SecondFactor)]
    public async Task A_second_factor_that_was_switched_on_since_or_waits_for_its_first_code_locks_nobody_out(bool isOn)
    {
        var member = await app.Join();
        var own = member.Person.Email;
        await app.MoveTo(member, AddressMoves.NewAddress());
        var seed = await FactorHolder.Begin(member);
        if (isOn)
        {
            using var confirmed = await member.Http.Send(HttpMethod.Post, "/confirm", new { code = FactorHolder.CodeOf(seed, app.Clock.GetUtcNow()) });
            await confirmed.Should(HttpStatusCode.OK);
        }

        using var undone = await app.UndoAddress(await app.UndoTokenFor(own));

        await undone.Should(HttpStatusCode.OK);
        Assert.Null((await app.Account(member)).Authenticator);
        using var signIn = await SignInWithNewPassword(own);
        await signIn.Should(HttpStatusCode.OK);
        if (isOn)
        {
            await app.Next<SecondFactorChanged>(e => e.Email == own && e.Change == SecondFactorChanges.SwitchedOff);
            var log = app.Service.Database.GetCollection<ActivityEntry>(ActivityStore.Collection);
            await Eventually.Until(
                async () => await log.CountDocumentsAsync(e => e.UserId == member.Id && e.Kind == "SECOND_FACTOR_CHANGED" && e.Detail == SecondFactorChanges.SwitchedOff) == 1,
                "the owner's log tells of it");
        }
    }

    [Fact]
    [Proves(Requirement.SecondFactor)]
    public async Task A_second_factor_from_before_the_change_stays()
    {
        var holder = await FactorHolder.Join(app);
        var (own, email) = (holder.Member.Person.Email, AddressMoves.NewAddress());
        using var asked = await holder.Member.Http.Put("/api/v1/auth/email", new { email, password = AuthApp.Password, code = holder.NextCode() });
        await asked.Should(HttpStatusCode.Accepted);
        using var confirmed = await holder.Member.Http.ConfirmAddress(await app.MoveCodeFor(holder.Member, email));
        await confirmed.Should(HttpStatusCode.OK);

        using var undone = await app.UndoAddress(await app.UndoTokenFor(own));

        await undone.Should(HttpStatusCode.OK);
        using var signIn = await SignInWithNewPassword(own);
        await signIn.Refuses(HttpStatusCode.Unauthorized, "second_factor_required");
    }

    [Fact]
    public async Task However_often_the_address_was_changed_since_the_oldest_one_wins()
    {
        var member = await app.Join();
        var (own, second, third) = (member.Person.Email, AddressMoves.NewAddress(), AddressMoves.NewAddress());
        await app.MoveTo(member, second);
        await app.MoveTo(member, third);
        var (first, later) = (await app.UndoTokenFor(own), await app.UndoTokenFor(second));

        using var thiefs = await app.UndoAddress(later);
        await thiefs.Should(HttpStatusCode.OK);
        Assert.Equal(second, (await app.Account(member)).Email);
        using var owners = await app.UndoAddress(first);
        await owners.Should(HttpStatusCode.OK);

        Assert.Equal(own, (await app.Account(member)).Email);
        using var tooLate = await app.UndoAddress(later);
        await tooLate.Refuses(HttpStatusCode.BadRequest, "undo_invalid");
    }

    [Fact]
    public async Task Addresses_that_came_after_the_one_that_was_brought_back_stay_lost()
    {
        var member = await app.Join();
        var (own, second) = (member.Person.Email, AddressMoves.NewAddress());
        await app.MoveTo(member, second);
        await app.MoveTo(member, AddressMoves.NewAddress());
        var later = await app.UndoTokenFor(second);
        using var owners = await app.UndoAddress(await app.UndoTokenFor(own));
        await owners.Should(HttpStatusCode.OK);

        using var thiefs = await app.UndoAddress(later);

        await thiefs.Refuses(HttpStatusCode.BadRequest, "undo_invalid");
        Assert.Equal(own, (await app.Account(member)).Email);
    }

    [Fact]
    public async Task A_change_is_final_after_a_week()
    {
        var member = await app.Join();
        await app.MoveTo(member, AddressMoves.NewAddress());
        var token = await app.UndoTokenFor(member.Person.Email);
        app.Clock.Advance(FormerAddress.Life);

        using var late = await app.UndoAddress(token);

        await late.Refuses(HttpStatusCode.BadRequest, "undo_invalid");
    }

    [Fact]
    public async Task A_token_is_good_for_its_account_only_and_what_is_none_is_refused()
    {
        var (member, other) = (await app.Join(), await app.Join());
        await app.MoveTo(member, AddressMoves.NewAddress());
        await app.MoveTo(other, AddressMoves.NewAddress());
        var secret = (await app.UndoTokenFor(member.Person.Email)).Split('.')[1];
        foreach (var token in new[] { $"{other.Id}.{secret}", $"{member.Id}.{new string('0', 32)}", $"{member.Id}.", secret, $"x.{secret}", $"{ObjectId.GenerateNewId()}.{secret}" })
        {
            using var refused = await app.UndoAddress(token);
            await refused.Refuses(HttpStatusCode.BadRequest, "undo_invalid");
        }

        foreach (var token in new[] { "", new string('a', 101) })
        {
            using var refused = await app.UndoAddress(token);
            await refused.Refuses(HttpStatusCode.BadRequest, "validation_failed");
        }
    }

    [Fact]
    public async Task An_address_that_another_account_has_proven_meanwhile_stays_there_but_a_mere_sign_up_does_not_keep_it()
    {
        var (taken, signedUp) = (await app.Join(), await app.Join());
        foreach (var member in new[] { taken, signedUp })
        {
            await app.MoveTo(member, AddressMoves.NewAddress());
        }

        app.Clock.Advance(Code.Gap);
        var successor = await app.Join(taken.Person.Email, not: taken);
        await app.SignUp(AuthApp.Someone() with { Email = signedUp.Person.Email });

        using var refused = await app.UndoAddress(await app.UndoTokenFor(taken.Person.Email));
        using var undone = await app.UndoAddress(await app.UndoTokenFor(signedUp.Person.Email));

        await refused.Refuses(HttpStatusCode.Conflict, "email_taken");
        await undone.Should(HttpStatusCode.OK);
        Assert.Equal(taken.Person.Email, (await app.Accounts().Find(a => a.Id == successor).SingleAsync(Ct)).Email);
        Assert.NotNull((await app.Account(taken)).PasswordHash);
        Assert.Equal(signedUp.Person.Email, (await app.Account(signedUp)).Email);
    }

    [Fact]
    public async Task No_change_pushes_out_the_way_back_of_another()
    {
        var member = await app.Join();
        for (var i = 0; i < FormerAddress.Most; i++)
        {
            await app.MoveTo(member, AddressMoves.NewAddress());
        }

        using var tooMany = await member.Http.WantAddress(AddressMoves.NewAddress());

        await tooMany.Refuses(HttpStatusCode.Conflict, "email_changed_too_often");
        using var undone = await app.UndoAddress(await app.UndoTokenFor(member.Person.Email));
        await undone.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_ten_who_undo_a_change_at_once_one_does()
    {
        var member = await app.Join();
        await app.MoveTo(member, AddressMoves.NewAddress());
        var token = await app.UndoTokenFor(member.Person.Email);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => app.UndoAddress(token)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(9, answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_blocked_account_stays_as_it_is()
    {
        var member = await app.Join();
        var email = AddressMoves.NewAddress();
        await app.MoveTo(member, email);
        await app.Service.Services.GetRequiredService<AccountStore>().SetBlockedAsync(member.Id, true, Ct);

        using var refused = await app.UndoAddress(await app.UndoTokenFor(member.Person.Email));

        await refused.Refuses(HttpStatusCode.Forbidden, "account_blocked");
        Assert.Equal(email, (await app.Account(member)).Email);
    }

    private async Task<HttpResponseMessage> SignInWithNewPassword(string email)
    {
        const string Password = "a brand new password";
        using var browser = app.Browser();
        using var forgot = await browser.Post("/password/forgot", new { email });
        var code = app.Open(await app.Next<EmailCodeIssued>(e => e.Email == email && e.Purpose == CodePurposes.ResetPassword));
        using var reset = await browser.Post("/password/reset", new { email, otp = code, password = Password });
        await reset.Should(HttpStatusCode.OK);
        return await app.SignIn(email, Password);
    }
}
