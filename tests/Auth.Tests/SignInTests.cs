using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

public sealed class SignInTests(AuthApp app) : IClassFixture<AuthApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IMongoCollection<Account> Accounts => app.Service.Database.GetCollection<Account>(AccountStore.Collection);

    [Fact]
    public async Task A_browser_signs_in_with_two_cookies_and_no_token_in_the_body()
    {
        var member = await app.Join();

        using var response = await app.Post("/email-signin", new { email = member.Person.Email.ToUpperInvariant(), member.Person.Password });

        var answer = await response.Should(HttpStatusCode.OK);
        Assert.Equal("login success", answer.Text("msg"));
        Assert.Equal(member.Person.Name, answer.GetProperty("user").Text("name"));
        Assert.False(answer.TryGetProperty("accessToken", out _));
        var cookies = response.Headers.GetValues("Set-Cookie").ToList();
        var token = Assert.Single(cookies, cookie => cookie.StartsWith("token=ey", StringComparison.Ordinal));
        var refresh = Assert.Single(cookies, cookie => cookie.StartsWith("refresh=", StringComparison.Ordinal));
        Assert.Contains("max-age=1209600; path=/; samesite=lax; httponly", token, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("max-age=1209600; path=/; samesite=strict; httponly", refresh, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_program_signs_in_with_tokens_and_no_cookie()
    {
        var member = await app.Join();

        using var response = await app.SignIn(member.Person.Email, member.Person.Password);

        var answer = await response.Should(HttpStatusCode.OK);
        Assert.Equal(("Bearer", 600), (answer.Text("tokenType"), answer.GetProperty("expiresIn").GetInt32()));
        Assert.Equal(member.Id.ToString(), answer.GetProperty("user").Text("_id"));
        Assert.False(response.Headers.Contains("Set-Cookie"));
        using var http = app.Service.Client(answer.Text("accessToken"));
        using var me = await http.Get("/api/v1/auth/me");
        await me.Should(HttpStatusCode.OK);
    }

    [Fact]
    [Proves(Requirement.Enumeration)]
    [Proves("T18")]
    public async Task A_wrong_password_and_an_unknown_address_get_the_same_answer()
    {
        var member = await app.Join();

        using var wrong = await app.SignIn(member.Person.Email, "not the password");
        using var unknown = await app.SignIn(AuthApp.Someone().Email, "not the password");

        var first = await wrong.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        var second = await unknown.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        Assert.Equal(first.Text("message"), second.Text("message"));
    }

    [Fact]
    public async Task An_unverified_account_is_told_so_only_with_its_password()
    {
        var person = AuthApp.Someone();
        await app.SignUp(person);

        using var right = await app.SignIn(person.Email, person.Password);
        using var wrong = await app.SignIn(person.Email, "not the password");

        await right.Refuses(HttpStatusCode.Forbidden, "email_unverified");
        await wrong.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
    }

    [Fact]
    public async Task A_blocked_account_stays_outside()
    {
        var member = await app.Join();
        await app.Service.Services.GetRequiredService<AccountStore>().SetBlockedAsync(member.Id, true, Ct);

        using var signIn = await app.SignIn(member.Person.Email, member.Person.Password);
        using var refresh = await app.Post("/refresh?tokens=true", new { member.RefreshToken });
        using var me = await member.Http.Get("/api/v1/auth/me");

        await signIn.Refuses(HttpStatusCode.Forbidden, "account_blocked");
        await refresh.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await me.Should(HttpStatusCode.Unauthorized);
    }

    [Fact]
    [Proves(Requirement.PasswordRules)]
    public async Task The_same_password_from_another_keyboard_is_the_same_password()
    {
        var composed = AuthApp.Someone() with { Password = "caf\u00e9 au lait" };
        await app.Join(composed);

        using var decomposed = await app.SignIn(composed.Email, "cafe\u0301 au lait");
        using var withBlank = await app.SignIn(composed.Email, composed.Password + " ");

        await decomposed.Should(HttpStatusCode.OK);
        await withBlank.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
    }

    [Fact]
    [Proves(Requirement.PasswordRules)]
    public async Task A_password_with_what_Unicode_calls_no_character_is_one_like_any_other()
    {
        var member = await app.Join(AuthApp.Someone() with { Password = "no \uFFFE character, cafe\u0301" });

        using var right = await app.SignIn(member.Person.Email, member.Person.Password);
        using var wrong = await app.SignIn(member.Person.Email, "no \uFFFE character");
        using var deleted = await member.Http.SendAsync(
            new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/me") { Content = JsonContent.Create(new { password = "\uFFFE" }) }, Ct);

        await right.Should(HttpStatusCode.OK);
        await wrong.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        await deleted.Refuses(HttpStatusCode.Forbidden, "wrong_password");
    }

    [Fact]
    [Proves(Requirement.PasswordHash)]
    public async Task A_weaker_hash_is_renewed_at_sign_in()
    {
        var member = await app.Join();
        using var weaker = new Passwords.Passwords(Options.Create(new AuthOptions { PasswordIterations = 500 }));
        var old = await weaker.HashAsync(member.Person.Password, Ct);
        await Accounts.UpdateOneAsync(a => a.Id == member.Id, Builders<Account>.Update.Set(a => a.PasswordHash, old), cancellationToken: Ct);

        using var first = await app.SignIn(member.Person.Email, member.Person.Password);
        await first.Should(HttpStatusCode.OK);

        var renewed = (await Accounts.Find(a => a.Id == member.Id).FirstAsync(Ct)).PasswordHash;
        Assert.Equal(1_000, Iterations(renewed!));
        using var second = await app.SignIn(member.Person.Email, member.Person.Password);
        await second.Should(HttpStatusCode.OK);
    }

    [Fact]
    [Proves(Requirement.PasswordHash)]
    public async Task Unless_told_otherwise_a_hash_is_PBKDF2_with_SHA512_and_210000_rounds()
    {
        using var passwords = new Passwords.Passwords(Options.Create(new AuthOptions()));

        var hash = Convert.FromBase64String(await passwords.HashAsync(AuthApp.Password, Ct));

        // Version 3 of the format: marker 1, then the pseudo-random function, 2 being HMAC-SHA512.
        Assert.Equal((1, 2), (hash[0], System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(1))));
        Assert.Equal(210_000, Iterations(Convert.ToBase64String(hash)));
    }

    [Fact]
    [Proves(Requirement.HashFence)]
    public async Task When_too_many_passwords_wait_the_rest_is_sent_away_for_a_moment()
    {
        using var passwords = new Passwords.Passwords(Options.Create(new AuthOptions { PasswordIterations = 1_000, PasswordQueue = 1 }));
        var turns = await Task.WhenAll(Enumerable.Range(0, Passwords.Passwords.AtOnce).Select(_ => passwords.TakeTurnAsync(Ct)));
        var waiting = passwords.HashAsync(AuthApp.Password, Ct);

        await Assert.ThrowsAsync<Passwords.TooManyPasswordsException>(() => passwords.HashAsync(AuthApp.Password, Ct));

        Assert.False(waiting.IsCompleted);
        turns[0].Dispose();
        Assert.NotEmpty(await waiting);
        Assert.NotEmpty(await passwords.HashAsync(AuthApp.Password, Ct));
    }

    [Fact]
    public async Task Bad_bodies_are_refused()
    {
        foreach (var body in new[]
        {
            "{}", "\"x\"", """{"email":{"$ne":null},"password":{"$ne":null}}""", """{"email":"a@example.com","password":{"$gt":""}}""",
            """{"email":"a@example.com","password":""}""", """{"email":"a@example.com"}""", """{"email":"a@example.com","password":"x","role":"ADMIN"}""",
            $$"""{"email":"a@example.com","password":"{{new string('x', 129)}}"}""",
        })
        {
            using var response = await app.Http.PostRaw("/api/v1/auth/email-signin", body);
            var problem = await response.Should(HttpStatusCode.BadRequest);
            Assert.Equal(JsonValueKind.String, problem.GetProperty("message").ValueKind);
        }

        using var badFlag = await app.Post("/email-signin?tokens=perhaps", new { email = "a@example.com", password = "x" });
        await badFlag.Refuses(HttpStatusCode.BadRequest, "invalid_query");
    }

    private static int Iterations(string hash) => System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(Convert.FromBase64String(hash).AsSpan(5));
}
