using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

public sealed class SignUpTests(AuthApp app) : IClassFixture<AuthApp>
{
    [Fact]
    public async Task A_newcomer_signs_up_proves_the_address_and_is_known()
    {
        var person = AuthApp.Someone(Roles.Artist);

        var answer = await app.SignUp(person with { Email = $"  {person.Email.ToUpperInvariant()} " });

        Assert.True(answer.GetProperty("status").GetBoolean());
        Assert.Equal("otp sent", answer.Text("msg"));
        var signedUp = answer.GetProperty("user");
        Assert.Equal(
            (person.Email, person.Username, person.Name, "ARTIST"),
            (signedUp.Text("email"), signedUp.Text("username"), signedUp.Text("name"), signedUp.Text("role")));

        using var verified = await app.Verify(person.Email, await app.CodeFor(person.Email));
        var tokens = await verified.Should(HttpStatusCode.OK);
        using var http = app.Service.Client(tokens.Text("accessToken"));
        using var me = await http.Get("/api/v1/auth/me");
        var user = (await me.Should(HttpStatusCode.OK)).GetProperty("user");
        Assert.Equal((person.Email, "ARTIST"), (user.Text("email"), user.Text("role")));
        Assert.Equal(app.Clock.GetUtcNow().Date, user.GetProperty("joinDate").GetDateTimeOffset().UtcDateTime.Date);
    }

    [Fact]
    public async Task A_new_account_is_announced_once_and_only_when_its_address_is_proven()
    {
        var person = AuthApp.Someone();
        await app.SignUp(person);
        var code = await app.CodeFor(person.Email);
        Assert.DoesNotContain(app.Service.Bus.Published<UserRegistered>(), e => e.Email == person.Email);

        using var verified = await app.Verify(person.Email, code);
        using var again = await app.Verify(person.Email, code);

        var id = (await verified.Should(HttpStatusCode.OK)).GetProperty("user").Text("_id");
        await again.Refuses(HttpStatusCode.BadRequest, "otp_expired");
        var registered = await app.Next<UserRegistered>(e => e.UserId == id);
        Assert.Equal((person.Email, person.Username, person.Name, "USER"), (registered.Email, registered.Username, registered.Name, registered.Role));

        // Whoever joins later is announced later: nothing of the first can still be on its way.
        var next = await app.Join();
        await app.Next<UserRegistered>(e => e.UserId == next.Id.ToString());
        Assert.Single(app.Service.Bus.PublishedOnce<UserRegistered>(), e => e.UserId == id);
    }

    [Fact]
    public async Task A_sign_up_that_was_cut_off_after_its_code_is_mended_by_sending_it_again()
    {
        var person = AuthApp.Someone();
        await app.SignUp(person);
        await app.Service.Database.GetCollection<Account>(AccountStore.Collection).DeleteOneAsync(a => a.Email == person.Email, TestContext.Current.CancellationToken);

        await app.SignUp(person);

        using var verified = await app.Verify(person.Email, await app.CodeFor(person.Email));
        await verified.Should(HttpStatusCode.OK);
    }

    [Fact]
    [Proves(Requirement.Enumeration)]
    public async Task A_known_address_gets_the_same_answer_and_its_owner_a_mail()
    {
        var owner = await app.Join();
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        var stranger = AuthApp.Someone() with { Email = owner.Person.Email, Password = "another good password" };

        var answer = await app.SignUp(stranger);

        Assert.Equal("otp sent", answer.Text("msg"));
        Assert.Equal(stranger.Username, answer.GetProperty("user").Text("username"));
        var told = await app.Next<KnownAddressSignedUp>(e => e.Email == owner.Person.Email);
        Assert.Equal(owner.Person.Name, told.Name);
        Assert.Single(app.Codes(owner.Person.Email));
        using var strangers = await app.SignIn(owner.Person.Email, stranger.Password);
        using var owners = await app.SignIn(owner.Person.Email, owner.Person.Password);
        // What an unknown address would be answered.
        await strangers.Refuses(HttpStatusCode.Forbidden, "email_unverified");
        await owners.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_form_sent_twice_keeps_its_code_and_takes_the_corrected_name()
    {
        var person = AuthApp.Someone();
        await app.SignUp(person);
        var code = await app.CodeFor(person.Email);

        await app.SignUp(person with { Name = "Corrected" });

        using var verified = await app.Verify(person.Email, code);
        Assert.Equal("Corrected", (await verified.Should(HttpStatusCode.OK)).GetProperty("user").Text("name"));
        Assert.Single(app.Codes(person.Email));
    }

    [Fact]
    public async Task Twenty_equal_sign_ups_at_once_make_one_account_with_one_code()
    {
        var person = AuthApp.Someone();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.Post("/email-signup", person)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        var accounts = app.Service.Database.GetCollection<Account>(AccountStore.Collection);
        Assert.Equal(1, await accounts.CountDocumentsAsync(a => a.Email == person.Email, cancellationToken: TestContext.Current.CancellationToken));
        using var verified = await app.Verify(person.Email, await app.CodeFor(person.Email));
        await verified.Should(HttpStatusCode.OK);
        Assert.Single(app.Codes(person.Email));
    }

    [Fact]
    public async Task A_user_name_belongs_to_one_person_however_it_is_written()
    {
        var owner = await app.Join();

        using var taken = await app.Post("/email-signup", AuthApp.Someone() with { Username = owner.Person.Username.ToUpperInvariant() });
        using var takenWithKnownAddress = await app.Post("/email-signup", owner.Person);

        await taken.Refuses(HttpStatusCode.Conflict, "username_taken");
        await takenWithKnownAddress.Refuses(HttpStatusCode.Conflict, "username_taken");
    }

    [Fact]
    public async Task Of_twenty_people_who_want_one_user_name_at_once_one_gets_it()
    {
        var username = AuthApp.Someone().Username;

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.Post("/email-signup", AuthApp.Someone() with { Username = username })));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(19, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
    }

    [Fact]
    [Proves("T2")]
    public async Task Nobody_signs_up_as_administrator()
    {
        var person = AuthApp.Someone("ADMIN");

        using var refused = await app.Post("/email-signup", person);

        await refused.Refuses(HttpStatusCode.BadRequest, "validation_failed");
        using var signIn = await app.SignIn(person.Email, person.Password);
        await signIn.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
    }

    [Fact]
    public async Task Without_a_role_one_is_a_buyer()
    {
        var person = AuthApp.Someone();

        using var response = await app.Post("/email-signup", new { person.Email, person.Username, person.Name, person.Password });

        Assert.Equal("USER", (await response.Should(HttpStatusCode.Created)).GetProperty("user").Text("role"));
    }

    [Theory]
    [Proves(Requirement.Mail)]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"email":{"$ne":null},"username":"abcd","name":"A","password":"correct horse battery"}""")]
    [InlineData("""{"email":["a@example.com"],"username":"abcd","name":"A","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","username":{"$gt":""},"name":"A","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","username":"abcd","name":5,"password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","username":"abcd","name":"A","password":null}""")]
    [InlineData("""{"email":"a@example.com","username":"abcd","name":"A","password":"correct horse battery","isEmailVerified":true}""")]
    [InlineData("""{"email":"a@example.com","email":"b@example.com","username":"abcd","name":"A","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com\u0000","username":"abcd","name":"A","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com\r\nBcc: b@example.com","username":"abcd","name":"A","password":"correct horse battery"}""")]
    [InlineData("""{"email":"not an address","username":"abcd","name":"A","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@localhost","username":"abcd","name":"A","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","username":"ab","name":"A","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","username":"a/b c","name":"A","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","username":"abcd","name":" ","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","username":"abcd","name":"A\r\nB","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","username":"abcd","name":"A\u2028B","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","username":"abcd","name":"A\u202eB","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","username":"abcd","name":"A\u001bB","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","username":"abcd","name":"A\ufffeB","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","username":"ab\ncd","name":"A","password":"correct horse battery"}""")]
    [InlineData("""{"email":"a@example.com","username":"abcd","name":"A","password":"short"}""")]
    [InlineData("""{"email":"a@example.com","username":"abcd","name":"A","password":"password1234"}""")]
    [InlineData("""{"email":"a@example.com","username":"abcdefgh","name":"A","password":"ABCDEFGH"}""")]
    [InlineData("""{"email":"a@example.com","username":"abcd","name":"\ud800","password":"correct horse battery"}""")]
    [Proves(Requirement.Validation)]
    [Proves(Requirement.FieldRights)]
    public async Task A_sign_up_that_breaks_a_rule_is_refused_and_leaves_nothing_behind(string body)
    {
        using var response = await app.Http.PostRaw("/api/v1/auth/email-signup", body);

        var problem = await response.Should(HttpStatusCode.BadRequest);
        Assert.False(string.IsNullOrEmpty(problem.Text("code")));
        Assert.False(string.IsNullOrEmpty(problem.Text("message")));
        var accounts = app.Service.Database.GetCollection<Account>(AccountStore.Collection);
        Assert.Equal(0, await accounts.CountDocumentsAsync(a => a.Email.StartsWith("a@"), cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    [Proves(Requirement.PasswordRules)]
    public async Task A_password_may_be_long_but_not_endless()
    {
        using var longest = await app.Post("/email-signup", AuthApp.Someone() with { Password = new string('p', 127) + "!" });
        using var tooLong = await app.Post("/email-signup", AuthApp.Someone() with { Password = new string('p', 128) + "!" });
        using var bodyTooLarge = await app.Post("/email-signup", AuthApp.Someone() with { Name = new string('n', 70_000) });

        await longest.Should(HttpStatusCode.Created);
        await tooLong.Refuses(HttpStatusCode.BadRequest, "validation_failed");
        await bodyTooLarge.Refuses(HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }
}
