using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Addresses;
using Visuels.Auth.Codes;
using Visuels.Contracts.Accounts;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Several things happen to an account, or to an address, at once. Each is done several times: who comes first is not told.</summary>
[Proves(Requirement.AddressChange)]
public sealed class AddressRaceTests(AuthApp app) : IClassFixture<AuthApp>
{
    private const int Rounds = 5;
    private const string NextPassword = "a brand new password";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_twenty_right_codes_at_once_one_moves_the_account()
    {
        var member = await app.Join();
        var code = await app.AskForAddress(member, AddressMoves.NewAddress());

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => member.Http.ConfirmAddress(code)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Single((await app.Account(member)).FormerAddresses);
    }

    [Fact]
    public async Task Of_two_accounts_that_confirm_the_same_address_at_once_one_has_it()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (one, two) = (await app.Join(), await app.Join());
            var email = AddressMoves.NewAddress();
            var first = await app.AskForAddress(one, email);
            app.Clock.Advance(Code.Gap);
            var second = await app.AskForAddress(two, email);

            var answers = await Task.WhenAll(one.Http.ConfirmAddress(first), two.Http.ConfirmAddress(second));

            Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
            var owner = await app.Accounts().Find(a => a.Email == email).SingleAsync(Ct);
            Assert.Equal(answers[0].StatusCode == HttpStatusCode.OK ? one.Id : two.Id, owner.Id);
        }
    }

    [Fact]
    public async Task Of_a_sign_up_and_a_move_to_the_same_address_one_has_it_and_the_other_nothing()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var (member, person) = (await app.Join(), AuthApp.Someone());
            var move = await app.AskForAddress(member, person.Email);
            await app.SignUp(person);
            var proof = app.Open(await app.Next<EmailCodeIssued>(e => e.Email == person.Email && e.Purpose == CodePurposes.VerifyEmail));

            var answers = await Task.WhenAll(member.Http.ConfirmAddress(move), app.Verify(person.Email, proof));

            Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
            var owner = await app.Accounts().Find(a => a.Email == person.Email).SingleAsync(Ct);
            Assert.Equal((answers[0].StatusCode == HttpStatusCode.OK, true), (owner.Id == member.Id, owner.Verified));
        }
    }

    [Fact]
    public async Task Who_deletes_the_account_while_it_moves_leaves_no_address_behind()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var member = await app.Join();
            var email = AddressMoves.NewAddress();
            var code = await app.AskForAddress(member, email);
            using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/me") { Content = JsonContent.Create(new { password = AuthApp.Password }) };

            var answers = await Task.WhenAll(member.Http.SendAsync(request, Ct), member.Http.ConfirmAddress(code));

            await answers[0].Should(HttpStatusCode.NoContent);
            var left = await app.Account(member);
            Assert.Equal(($"deleted:{member.Id}", null, 0), (left.Email, left.WantedAddress, left.FormerAddresses.Count));
            Assert.Equal(0, await app.Accounts().CountDocumentsAsync(a => a.Email == email || a.Email == member.Person.Email, cancellationToken: Ct));
        }
    }

    [Fact]
    public async Task A_new_password_and_a_new_address_at_once_are_each_there_or_not()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var member = await app.Join();
            var email = AddressMoves.NewAddress();
            var code = await app.AskForAddress(member, email);

            var answers = await Task.WhenAll(
                member.Http.Put("/api/v1/auth/password", new { current = AuthApp.Password, next = NextPassword }), member.Http.ConfirmAddress(code));

            var (changed, moved) = (answers[0].StatusCode == HttpStatusCode.NoContent, answers[1].StatusCode == HttpStatusCode.OK);
            Assert.True(changed || moved);
            var account = await app.Account(member);
            Assert.Equal((moved ? email : member.Person.Email, null), (account.Email, account.WantedAddress));
            using var signIn = await app.SignIn(account.Email, changed ? NextPassword : AuthApp.Password);
            await signIn.Should(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_wish_that_was_granted_with_the_password_before_comes_too_late()
    {
        var member = await app.Join();
        var asRead = await app.Account(member);
        using var changed = await member.Http.Put("/api/v1/auth/password", new { current = AuthApp.Password, next = NextPassword });
        await changed.Should(HttpStatusCode.NoContent);

        Assert.False(await app.Service.Services.GetRequiredService<AddressStore>().TryWantAsync(asRead, AddressMoves.NewAddress(), Ct));

        Assert.Null((await app.Account(member)).WantedAddress);
    }

    [Fact]
    public async Task A_code_that_was_entered_with_the_password_before_comes_too_late()
    {
        var member = await app.Join();
        var email = AddressMoves.NewAddress();
        await app.AskForAddress(member, email);
        var asRead = await app.Account(member);
        using var changed = await member.Http.Put("/api/v1/auth/password", new { current = AuthApp.Password, next = NextPassword });
        await changed.Should(HttpStatusCode.NoContent);

        var (change, _) = await app.Service.Services.GetRequiredService<AddressChanges>().MoveAsync(asRead, email, ObjectId.GenerateNewId());

        Assert.Equal((AddressChange.Stale, member.Person.Email), (change, (await app.Account(member)).Email));
    }

    [Fact]
    public async Task Other_changes_of_the_account_at_once_do_not_keep_it_from_moving()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var member = await app.Join();
            var email = AddressMoves.NewAddress();
            var code = await app.AskForAddress(member, email);

            var answers = await Task.WhenAll(
            [
                member.Http.ConfirmAddress(code),
                .. Enumerable.Range(0, 8).Select(i => member.Http.Patch("/api/v1/auth/me", new { name = $"Name {i}" })),
            ]);

            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
            Assert.Equal(email, (await app.Account(member)).Email);
        }
    }
}
