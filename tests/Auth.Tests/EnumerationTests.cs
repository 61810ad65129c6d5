using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Visuels.Auth.Codes;
using Visuels.Contracts.Accounts;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Nothing that an anonymous caller can ask tells whether an address has an account: not the answer, not the work behind it, not its time.</summary>
[Proves(Requirement.Enumeration)]
[Proves("T18")]
public sealed class EnumerationTests(AuthApp app) : IClassFixture<AuthApp>
{
    private const int Tries = 200;
    private const int Rounds = 8;

    private static readonly TimeSpan LargestDifference = TimeSpan.FromMilliseconds(5);

    public static TheoryData<string> Routes => ["/email-signup", "/email-verify", "/email-resend-otp", "/email-signin", "/password/forgot", "/password/reset"];

    private Passwords.Passwords Hasher => app.Service.Services.GetRequiredService<Passwords.Passwords>();

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Known_and_unknown_addresses_get_the_same_answer_for_the_same_work(string route)
    {
        var proven = (await app.Join()).Person.Email;
        var pending = AuthApp.Someone();
        await app.SignUp(pending);
        app.Clock.Advance(Code.Gap);

        // Twice each: the second time there is a document already, a code may be on its way, and a minute has not gone by.
        using var stranger = app.From("203.0.113.99");
        var ofProven = await TwiceAsync(stranger, route, proven);
        var ofPending = await TwiceAsync(stranger, route, pending.Email);
        var ofNobody = await TwiceAsync(stranger, route, AuthApp.Someone().Email);

        Assert.Equal(ofNobody, ofProven);
        Assert.Equal(ofNobody, ofPending);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Known_and_unknown_addresses_are_answered_in_the_same_time(string route)
    {
        var members = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            members.Add((await app.Join()).Person.Email);
        }

        // A machine that is busy with other things may look away; what the code itself tells, it tells in each round.
        for (var round = 1; ; round++)
        {
            var (ofKnown, ofUnknown) = await MediansAsync(route, members);
            TestContext.Current.SendDiagnosticMessage("{0}: known {1:N2} ms, unknown {2:N2} ms (medians of {3})", route, ofKnown.TotalMilliseconds, ofUnknown.TotalMilliseconds, Tries);
            // A machine on which everything takes longer stretches the difference, too.
            if ((ofKnown - ofUnknown).Duration() is var difference && (difference < LargestDifference || difference < ofKnown / 5))
            {
                return;
            }

            Assert.True(round < Rounds, $"{route}: known {ofKnown.TotalMilliseconds} ms, unknown {ofUnknown.TotalMilliseconds} ms");
        }
    }

    [Fact]
    public async Task Who_signs_up_with_an_address_learns_nothing_by_signing_in_with_what_was_entered()
    {
        var proven = (await app.Join()).Person.Email;
        app.Clock.Advance(Code.Gap);
        using var stranger = app.From("203.0.113.98");
        using var browser = app.Browser("203.0.113.97");
        using var other = app.From("203.0.113.96");
        var seen = new List<(string Program, string Browser, string Other)>();
        foreach (var email in new[] { proven, AuthApp.Someone().Email })
        {
            (await stranger.Post("/email-signup", BodyOf("/email-signup", email))).Dispose();
            (await browser.Post("/email-signup", BodyOf("/email-signup", email))).Dispose();
            var body = new { email, password = "another good password" };
            seen.Add((await AskAsync(stranger, "/email-signin", body), await AskAsync(browser, "/email-signin", body), await AskAsync(other, "/email-signin", body)));
        }

        Assert.Equal(seen[1], seen[0]);
        Assert.StartsWith("403 ", seen[0].Program, StringComparison.Ordinal);
        Assert.StartsWith("403 ", seen[0].Browser, StringComparison.Ordinal);
        Assert.StartsWith("401 ", seen[0].Other, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_name_is_kept_for_a_known_address_as_for_an_unknown_one()
    {
        var proven = (await app.Join()).Person.Email;
        app.Clock.Advance(Code.Gap);
        var seen = new List<string>();
        foreach (var email in new[] { proven, AuthApp.Someone().Email })
        {
            using var stranger = app.From($"203.0.113.{100 + seen.Count}");
            var entered = AuthApp.Someone() with { Email = email };
            var others = AuthApp.Someone() with { Username = entered.Username };
            var (first, taken) = (await AskAsync(stranger, "/email-signup", entered), await AskAsync(stranger, "/email-signup", others));
            var (again, changed) = (await AskAsync(stranger, "/email-signup", entered), await AskAsync(stranger, "/email-signup", entered with { Username = AuthApp.Someone().Username }));
            seen.Add(string.Join('\n', first, taken, again, changed, await AskAsync(stranger, "/email-signup", others)));
        }

        Assert.Equal(seen[1], seen[0]);
        Assert.Equal(["201", "409", "201", "201", "201"], seen[0].Split('\n').Select(answer => answer[..3]));
    }

    [Fact]
    public async Task However_many_sign_up_with_a_known_address_at_once_its_owner_is_told_once()
    {
        var owner = (await app.Join()).Person;
        app.Clock.Advance(Code.Gap);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => app.Post("/email-signup", AuthApp.Someone() with { Email = owner.Email })));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        await app.Next<KnownAddressSignedUp>(e => e.Email == owner.Email);
        var next = await app.Join();
        await app.Next<UserRegistered>(e => e.UserId == next.Id.ToString());
        Assert.Single(app.Service.Bus.PublishedOnce<KnownAddressSignedUp>(), e => e.Email == owner.Email);
    }

    private async Task<(TimeSpan Known, TimeSpan Unknown)> MediansAsync(string route, List<string> members)
    {
        var (known, unknown) = (new List<TimeSpan>(Tries), new List<TimeSpan>(Tries));
        for (var i = 0; i < Tries; i++)
        {
            if (i % members.Count == 0)
            {
                // Else only the first tries would be looked at.
                app.Clock.Advance(TimeSpan.FromHours(2));
            }

            // In turns, so that whatever else the machine does hits both alike.
            known.Add(await TimeAsync(route, members[i % members.Count]));
            unknown.Add(await TimeAsync(route, $"nobody{i % members.Count}{route.Replace('/', '.')}@example.com"));
        }

        known.Sort();
        unknown.Sort();
        return (known[Tries / 2], unknown[Tries / 2]);
    }

    private static object BodyOf(string route, string email) => route switch
    {
        "/email-signup" => AuthApp.Someone() with { Email = email, Password = "another good password" },
        "/email-verify" => new { email, otp = "000000" },
        "/email-signin" => new { email, password = "not the password" },
        "/password/reset" => new { email, otp = "000000", password = "another good password" },
        _ => new { email },
    };

    private async Task<List<string>> TwiceAsync(HttpClient stranger, string route, string email)
    {
        var seen = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            seen.Add(await AskAsync(stranger, route, BodyOf(route, email)));
        }

        return seen;
    }

    // The answer and the work behind it.
    private async Task<string> AskAsync(HttpClient stranger, string route, object body)
    {
        var before = Hasher.Computed;
        var text = "";
        var calls = await StoreCalls.CountAsync(
            async () =>
            {
                var response = await stranger.Post(route, body);
                text = $"{(int)response.StatusCode} {string.Join(',', response.Headers.Select(header => header.Key).Order())} {Shape(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))}";
                return response;
            },
            _ => { });
        return $"{text}: {calls} store calls, {Hasher.Computed - before} hashes";
    }

    // What a caller sent, and what is random, differs anyway.
    private static string Shape(string json) => string.Join(' ', JsonSerializer.Deserialize<JsonElement>(json).EnumerateObject()
        .Select(member => member.Name is "user" or "flow" or "traceId" ? member.Name : $"{member.Name}={member.Value}"));

    private async Task<TimeSpan> TimeAsync(string route, string email)
    {
        var body = BodyOf(route, email);
        var watch = Stopwatch.StartNew();
        using var response = await app.Post(route, body);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return watch.Elapsed;
    }
}
