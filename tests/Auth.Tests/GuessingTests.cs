using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Throttling;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Wrong passwords slow down who guesses, and nobody else.</summary>
[Proves(Requirement.BruteForce)]
public sealed class GuessingTests(AuthApp app) : IClassFixture<AuthApp>
{
    private const string Wrong = "not the password";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Passwords.Passwords Hasher => app.Service.Services.GetRequiredService<Passwords.Passwords>();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_fifty_wrong_passwords_at_once_ten_are_looked_at_whether_or_not_there_is_an_account(bool known)
    {
        var email = known ? (await app.Join()).Person.Email : AuthApp.Someone().Email;
        var before = Hasher.Computed;

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => app.SignIn(email, Wrong)));

        Assert.Equal(TryCount.Free, Hasher.Computed - before);
        Assert.Equal(TryCount.Free, answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized));
        Assert.All(answers.Where(answer => answer.StatusCode != HttpStatusCode.Unauthorized), answer =>
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(30), answer.Headers.RetryAfter!.Delta);
        });
    }

    [Fact]
    public async Task Of_twenty_right_passwords_at_once_all_get_in()
    {
        var member = await app.Join();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.SignIn(member.Person.Email, member.Person.Password)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task The_pause_grows_from_half_a_minute_to_a_quarter_of_an_hour()
    {
        var email = AuthApp.Someone().Email;
        await GuessAsync(email, TryCount.Free);

        foreach (var seconds in new[] { 30, 60, 120, 240, 480, 900, 900 })
        {
            using var early = await app.SignIn(email, Wrong);
            await early.Refuses(HttpStatusCode.TooManyRequests, "rate_limited");
            Assert.Equal(TimeSpan.FromSeconds(seconds), early.Headers.RetryAfter!.Delta);
            app.Clock.Advance(TimeSpan.FromSeconds(seconds));

            using var inTime = await app.SignIn(email, Wrong);
            await inTime.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        }
    }

    [Fact]
    public async Task Of_many_who_come_when_the_pause_ends_one_may_try()
    {
        var email = AuthApp.Someone().Email;
        await GuessAsync(email, TryCount.Free);
        app.Clock.Advance(TryCount.Shortest);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.SignIn(email, Wrong)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_right_password_after_the_pause_begins_anew()
    {
        var member = await app.Join();
        await GuessAsync(member.Person.Email, TryCount.Free);
        app.Clock.Advance(TryCount.Shortest);

        using var right = await app.SignIn(member.Person.Email, member.Person.Password);

        await right.Should(HttpStatusCode.OK);
        await GuessAsync(member.Person.Email, TryCount.Free);
    }

    [Fact]
    public async Task Strangers_who_guess_do_not_shut_out_the_browser_of_the_owner()
    {
        var member = await app.Join();
        using var browser = app.Browser();
        using var first = await browser.Post("/email-signin", new { member.Person.Email, member.Person.Password });
        await first.Should(HttpStatusCode.OK);
        await GuessAsync(member.Person.Email, TryCount.Free);

        using var stranger = await app.SignIn(member.Person.Email, member.Person.Password);
        var owners = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => browser.Post("/email-signin", new { member.Person.Email, member.Person.Password })));

        await stranger.Refuses(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.All(owners, owner => Assert.Equal(HttpStatusCode.OK, owner.StatusCode));
        for (var i = 0; i < TryCount.Free; i++)
        {
            using var wrong = await browser.Post("/email-signin", new { member.Person.Email, password = Wrong });
            await wrong.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        }

        using var stolenBrowser = await browser.Post("/email-signin", new { member.Person.Email, member.Person.Password });
        await stolenBrowser.Refuses(HttpStatusCode.TooManyRequests, "rate_limited");
    }

    [Fact]
    public async Task A_browser_is_known_for_the_addresses_that_signed_in_there_and_no_others()
    {
        var (owner, attacker) = (await app.Join(), await app.Join());
        using var signedIn = await app.Post("/email-signin", new { attacker.Person.Email, attacker.Person.Password });
        var device = DeviceOf(signedIn);
        await GuessAsync(owner.Person.Email, TryCount.Free);

        foreach (var cookie in new[] { device, device[..32], device[..^1] + (device[^1] == '0' ? '1' : '0'), $"{new string('0', 32)}{device[32..]}", "~~~~", "" })
        {
            using var tried = await SignInWith(cookie, owner.Person);
            await tried.Refuses(HttpStatusCode.TooManyRequests, "rate_limited");
        }

        using var ownersFirst = await SignInWith(device, attacker.Person);
        await ownersFirst.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_browser_is_known_for_several_people_of_a_household()
    {
        var people = new List<Person>();
        var device = "";
        for (var i = 0; i < 5; i++)
        {
            people.Add((await app.Join()).Person);
            using var signedIn = await SignInWith(device, people[i]);
            device = DeviceOf(signedIn);
        }

        foreach (var person in people)
        {
            await GuessAsync(person.Email, TryCount.Free);
            using var again = await SignInWith(device, person);
            Assert.Equal(person == people[0] ? HttpStatusCode.TooManyRequests : HttpStatusCode.OK, again.StatusCode);
        }

        Assert.InRange(device.Length, 1, 400);
    }

    [Fact]
    public async Task The_store_holds_no_address_of_those_who_were_tried()
    {
        var email = AuthApp.Someone().Email;
        await GuessAsync(email, 1);

        var stored = await app.Service.Database.GetCollection<BsonDocument>(Throttle.Collection).Find(new BsonDocument()).ToListAsync(Ct);

        Assert.NotEmpty(stored);
        Assert.DoesNotContain(stored, count => count.ToString().Contains(email.Split('@')[0], StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Whoever_guesses_the_password_of_an_open_session_is_stopped_and_shuts_nobody_out()
    {
        var member = await app.Join();
        for (var i = 0; i < TryCount.Free; i++)
        {
            using var wrong = await member.Http.Put("/api/v1/auth/password", new { current = Wrong, next = "a brand new password" });
            await wrong.Refuses(HttpStatusCode.Forbidden, "wrong_password");
        }

        using var right = await member.Http.Put("/api/v1/auth/password", new { current = member.Person.Password, next = "a brand new password" });
        using var signIn = await app.SignIn(member.Person.Email, member.Person.Password);

        await right.Refuses(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.Equal(TimeSpan.FromSeconds(30), right.Headers.RetryAfter!.Delta);
        await signIn.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_right_password_of_an_open_session_begins_anew()
    {
        var member = await app.Join();
        var current = member.Person.Password;
        for (var i = 0; i < TryCount.Free + 1; i++)
        {
            var next = $"a brand new password {i}";
            using var right = await member.Http.Put("/api/v1/auth/password", new { current, next });
            await right.Should(HttpStatusCode.NoContent);
            current = next;
        }
    }

    private static string DeviceOf(HttpResponseMessage response) => response.Headers.GetValues("Set-Cookie")
        .Single(cookie => cookie.StartsWith("device=", StringComparison.Ordinal)).Split(';')[0]["device=".Length..];

    private async Task<HttpResponseMessage> SignInWith(string device, Person person)
    {
        using var http = app.Service.Client(null);
        http.DefaultRequestHeaders.Add("Cookie", $"device={device}");
        return await http.Post("/email-signin", new { person.Email, person.Password });
    }

    private async Task GuessAsync(string email, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var wrong = await app.SignIn(email, Wrong);
            await wrong.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        }
    }
}
