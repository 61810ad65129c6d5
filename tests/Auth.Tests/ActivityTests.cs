using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Activities;
using Visuels.Auth.Deletion;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>What somebody can read of what happened to the own account.</summary>
[Proves(Requirement.AddressChange)]
public sealed class ActivityTests(AuthApp app) : IClassFixture<AuthApp>
{
    private const string Path = "/api/v1/auth/me/activity";
    private const string Firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:126.0) Gecko/20100101 Firefox/126.0";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IMongoCollection<ActivityEntry> Entries => app.Service.Database.GetCollection<ActivityEntry>(ActivityStore.Collection);

    private ActivityStore Store => app.Service.Services.GetRequiredService<ActivityStore>();

    [Theory]
    [InlineData("203.0.113.77", "203.0.113.0")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1::")]
    public async Task It_tells_what_happened_when_with_what_and_about_where(string address, string network)
    {
        var member = await app.Join();
        using var browser = app.Browser(address);
        browser.DefaultRequestHeaders.UserAgent.ParseAdd(Firefox);
        using var wrong = await browser.Post("/email-signin", new { member.Person.Email, password = "not the password" });
        await wrong.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        using var right = await browser.Post("/email-signin", new { member.Person.Email, member.Person.Password });
        await right.Should(HttpStatusCode.OK);
        using var changed = await browser.Put("/api/v1/auth/password", new { current = AuthApp.Password, next = "a brand new password" });
        await changed.Should(HttpStatusCode.NoContent);
        await Written(member, 5);

        using var answer = await browser.Get(Path);

        var log = await answer.Should(HttpStatusCode.OK);
        var entries = log.GetProperty("activity").EnumerateArray().ToList();
        Assert.Equal(["PASSWORD_CHANGED", "SIGNED_IN", "SIGN_IN_FAILED", "SIGNED_IN", "EMAIL_PROVEN"], entries.Select(entry => entry.Text("kind")));
        Assert.Equal(["at", "kind", "detail", "device", "network"], entries[0].EnumerateObject().Select(part => part.Name));
        Assert.Equal(("by its owner", "Firefox on Windows", network), (entries[0].Text("detail"), entries[0].Text("device"), entries[0].Text("network")));
        Assert.Equal((JsonValueKind.Null, network), (entries[1].GetProperty("detail").ValueKind, entries[2].Text("network")));
        Assert.Equal(app.Clock.GetUtcNow(), entries[0].GetProperty("at").GetDateTimeOffset(), TimeSpan.FromMinutes(1));
        Assert.Equal(JsonValueKind.Null, log.GetProperty("nextCursor").ValueKind);
    }

    [Fact]
    public async Task Codes_that_are_asked_for_and_a_new_address_stand_in_it()
    {
        var member = await app.Join();
        using var browser = app.Browser();
        using var forgot = await browser.Post("/password/forgot", new { member.Person.Email });
        await forgot.Should(HttpStatusCode.Accepted);

        await app.MoveTo(member, AddressMoves.NewAddress());

        var entries = await Written(member, 5);
        Assert.Equal(
            [("EMAIL_CHANGED", "by its owner"), ("CODE_ASKED", "CHANGE_EMAIL"), ("CODE_ASKED", "RESET_PASSWORD"), ("SIGNED_IN", null), ("EMAIL_PROVEN", "code")],
            entries.Select(entry => (entry.Kind, entry.Detail)));
    }

    [Fact]
    [Proves(Requirement.Enumeration)]
    public async Task It_does_not_tell_which_of_the_addresses_that_somebody_wanted_are_taken()
    {
        var (member, owner) = (await app.Join(), await app.Join());
        foreach (var email in new[] { owner.Person.Email, AddressMoves.NewAddress() })
        {
            using var asked = await member.Http.WantAddress(email);
            await asked.Should(HttpStatusCode.Accepted);
        }

        var entries = await Written(member, 4);
        Assert.Equal(
            [("CODE_ASKED", "CHANGE_EMAIL"), ("CODE_ASKED", "CHANGE_EMAIL"), ("SIGNED_IN", null), ("EMAIL_PROVEN", "code")],
            entries.Select(entry => (entry.Kind, entry.Detail)));
    }

    [Fact]
    public async Task It_comes_in_pages_and_nobody_reads_anybody_elses()
    {
        var (member, other) = (await app.Join(), await app.Join());
        var now = app.Clock.GetUtcNow();
        await Store.AddAsync([.. Enumerable.Range(0, 25).Select(i => Entry(member, now.AddSeconds(-i / 5), $"{i}"))], Ct);
        await Written(member, 27);

        var read = new List<string?>();
        for (string? cursor = ""; cursor is not null;)
        {
            using var answer = await member.Http.Get($"{Path}?limit=10&cursor={cursor}");
            var page = await answer.Should(HttpStatusCode.OK);
            read.AddRange(page.GetProperty("activity").EnumerateArray().Select(entry => entry.GetProperty("detail").GetString()));
            cursor = page.GetProperty("nextCursor").GetString();
        }

        Assert.Equal(27, read.Count);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"{i}").Order(), read.Where(detail => detail is not (null or "code")).Order());
        Assert.Equal(2, (await Written(other, 2)).Count);
        using var anonymous = await app.Http.Get(Path);
        await anonymous.Refuses(HttpStatusCode.Unauthorized, "unauthorized");
        foreach (var bad in new[] { "limit=0", "limit=101", "limit=x", "cursor=AAAA" })
        {
            using var refused = await member.Http.Get($"{Path}?{bad}");
            await refused.Refuses(HttpStatusCode.BadRequest, "invalid_query");
        }
    }

    [Fact]
    public async Task However_much_strangers_try_they_push_out_nothing_of_the_owners_and_it_stays_small()
    {
        var member = await app.Join();
        await Written(member, 2);
        var security = app.Service.Services.GetRequiredService<SecurityLog>();
        for (var i = 0; i < 300; i++)
        {
            security.Note(SecurityEvent.SignInFailed, member.Id.ToString(), i == 299 ? "last" : "password");
        }

        await Eventually.Until(
            async () => await Read(member) is { Count: 2 + ActivityEntry.MostOfStrangers } all && all.Any(entry => entry.Detail == "last"), "the rest is removed");
        Assert.Equal(["EMAIL_PROVEN", "SIGNED_IN"], (await Read(member)).Where(entry => !entry.ByStranger).Select(entry => entry.Kind).Order());

        await Store.AddAsync([.. Enumerable.Range(0, 300).Select(i => Entry(member, app.Clock.GetUtcNow().AddMinutes(i), $"{i}"))], Ct);
        Assert.Equal(ActivityEntry.MostOwn + ActivityEntry.MostOfStrangers, (await Read(member)).Count);
    }

    [Fact]
    public async Task What_the_operator_does_stands_in_it_without_a_place()
    {
        var member = await app.Join();

        await OperatorTests.Run(app, "users", "block", member.Person.Email);

        var blocked = Assert.Single(await Written(member, 3), entry => entry.Kind == "BLOCK_CHANGED");
        Assert.Equal(("blocked", null, null), (blocked.Detail, blocked.Device, blocked.Network));
    }

    [Fact]
    public async Task It_goes_with_its_account_and_so_does_what_comes_late()
    {
        var member = await app.Join();
        await Written(member, 2);
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/me") { Content = JsonContent.Create(new { password = AuthApp.Password }) };

        using var deleted = await member.Http.SendAsync(request, Ct);

        await deleted.Should(HttpStatusCode.NoContent);
        Assert.Empty(await Read(member));
        await Store.AddAsync([Entry(member, app.Clock.GetUtcNow(), "late")], Ct);
        app.Clock.Advance(TimeSpan.FromMinutes(16));
        await app.Service.Services.GetRequiredService<DeletedAccountLeftovers>().RunAsync(Ct);
        Assert.Empty(await Read(member));
    }

    [Fact]
    public async Task What_is_older_than_ninety_days_is_gone()
    {
        var member = await app.Join();
        var first = (await Written(member, 2))[0];
        Assert.Equal(first.At.AddDays(90), first.DeleteAt);

        await Store.AddAsync([Entry(member, app.Clock.GetUtcNow().AddDays(-90), "old")], Ct);

        using var answer = await member.Http.Get(Path);
        Assert.Equal(2, (await answer.Should(HttpStatusCode.OK)).GetProperty("activity").GetArrayLength());
    }

    [Fact]
    public async Task What_cannot_be_written_keeps_nobody_from_signing_in_and_later_things_are_written_again()
    {
        await using var own = new AuthApp();
        await own.InitializeAsync();
        var member = await own.Join();
        var entries = own.Service.Database.GetCollection<ActivityEntry>(ActivityStore.Collection);
        await Eventually.Until(async () => await entries.CountDocumentsAsync(e => e.UserId == member.Id) == 2, "the first two are written");
        // Two of a kind are refused from now on.
        var index = await entries.Indexes.CreateOneAsync(
            new CreateIndexModel<ActivityEntry>(Builders<ActivityEntry>.IndexKeys.Ascending(e => e.Kind), new CreateIndexOptions { Unique = true }), cancellationToken: Ct);
        using var signIn = await own.SignIn(member.Person.Email, AuthApp.Password);
        await signIn.Should(HttpStatusCode.OK);
        using var wrong = await own.SignIn(member.Person.Email, "not the password");
        await wrong.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
        // The one of another kind shows that the refused one before it is done with.
        await Eventually.Until(async () => await entries.CountDocumentsAsync(e => e.Kind == "SIGN_IN_FAILED") == 1, "the failure is written");
        Assert.Equal(1, await entries.CountDocumentsAsync(e => e.Kind == "SIGNED_IN", cancellationToken: Ct));

        await entries.Indexes.DropOneAsync(index, Ct);
        using var again = await own.SignIn(member.Person.Email, AuthApp.Password);
        await again.Should(HttpStatusCode.OK);

        await Eventually.Until(async () => await entries.CountDocumentsAsync(e => e.Kind == "SIGNED_IN") == 2, "the next sign-in is written");
    }

    private static ActivityEntry Entry(Member member, DateTimeOffset at, string detail) => new()
    {
        Id = ObjectId.GenerateNewId(),
        UserId = member.Id,
        At = at,
        Kind = "SIGNED_IN",
        Detail = detail,
        DeleteAt = at + ActivityEntry.Life,
    };

    private Task<List<ActivityEntry>> Read(Member member) => Entries.Find(e => e.UserId == member.Id).SortByDescending(e => e.At).ThenByDescending(e => e.Id).ToListAsync(Ct);

    // Requests do not wait for it.
    private Task<List<ActivityEntry>> Written(Member member, int count) => Eventually.Until(
        async () => await Read(member) is { } all && all.Count == count ? all : null, $"{count} entries are written");
}
