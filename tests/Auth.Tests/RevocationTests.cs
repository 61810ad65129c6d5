using System.Net.Http.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.Sessions;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Json;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Security.Revocation;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>What takes access tokens back before their time, and how the services hear of it.</summary>
[Proves(Requirement.Revocation)]
public sealed class RevocationTests : IAsyncLifetime
{
    private readonly AuthApp _app = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IMongoCollection<Account> Accounts => _app.Service.Database.GetCollection<Account>(AccountStore.Collection);

    public ValueTask InitializeAsync() => _app.InitializeAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    [Proves("T13")]
    public async Task Signing_out_takes_the_access_token_back()
    {
        var member = await _app.Join();

        using var signedOut = await member.Http.PostRaw("/api/v1/auth/signout", "");
        await signedOut.Should(HttpStatusCode.OK);

        await Refuses(member.Http);
        await _app.Next<SessionEnded>(e => e.UserId == member.Id.ToString());
        Assert.Contains((await Told()).Sessions, ended => ended.UserId == member.Id.ToString());
    }

    [Fact]
    [Proves(Requirement.RefreshTokens)]
    public async Task A_refresh_token_that_comes_again_takes_the_access_tokens_of_its_session_back()
    {
        var member = await _app.Join();
        using var renewed = await _app.Post("/refresh?tokens=true", new { member.RefreshToken });
        using var thief = _app.Service.Client((await renewed.Should(HttpStatusCode.OK)).Text("accessToken"));
        _app.Clock.Advance(TimeSpan.FromSeconds(11));

        using var again = await _app.Post("/refresh?tokens=true", new { member.RefreshToken });

        await again.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await Refuses(thief);
        await Refuses(member.Http);
    }

    [Fact]
    [Proves("T13")]
    public async Task What_Auth_takes_back_it_refuses_from_then_on_whether_or_not_events_arrive()
    {
        var (signedOut, reset, deleted, blocked) = (await _app.Join(), await _app.Join(), await _app.Join(), await _app.Join());
        var changed = await _app.Join();
        using var signIn = await _app.SignIn(changed.Person.Email, changed.Person.Password);
        using var other = _app.Service.Client((await signIn.Should(HttpStatusCode.OK)).Text("accessToken"));
        using var forgot = await _app.Post("/password/forgot", new { email = reset.Person.Email });
        await forgot.Should(HttpStatusCode.Accepted);
        var otp = _app.Open(await _app.Next<EmailCodeIssued>(code => code.Email == reset.Person.Email && code.Purpose == CodePurposes.ResetPassword));
        await _app.Service.Services.GetRequiredService<IBusControl>().StopAsync(Ct);

        using var signOut = await signedOut.Http.PostRaw("/api/v1/auth/signout", "");
        using var resetting = await _app.Post("/password/reset", new { email = reset.Person.Email, otp, password = "another quiet afternoon" });
        using var leaving = await deleted.Http.SendAsync(
            new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/me") { Content = JsonContent.Create(new { password = deleted.Person.Password }) }, Ct);
        using var changing = await changed.Http.PutAsJsonAsync(
            "/api/v1/auth/password", new { current = changed.Person.Password, next = "another quiet afternoon" }, Ct);
        await _app.Service.Services.GetRequiredService<AccountStore>().SetBlockedAsync(blocked.Id, true, Ct);

        await signOut.Should(HttpStatusCode.OK);
        await resetting.Should(HttpStatusCode.OK);
        await leaving.Should(HttpStatusCode.NoContent);
        await changing.Should(HttpStatusCode.NoContent);
        foreach (var http in new[] { signedOut.Http, reset.Http, deleted.Http, other, blocked.Http })
        {
            await Refuses(http);
        }

        using var kept = await changed.Http.Get("/api/v1/auth/me");
        await kept.Should(HttpStatusCode.OK);
    }

    [Fact]
    [Proves("T13")]
    public async Task Blocking_takes_all_access_tokens_back_and_unblocking_gives_none_of_them_again()
    {
        var member = await _app.Join();
        var store = _app.Service.Services.GetRequiredService<AccountStore>();

        await store.SetBlockedAsync(member.Id, true, Ct);
        await Refuses(member.Http);
        await store.SetBlockedAsync(member.Id, false, Ct);

        await Refuses(member.Http);
        using var refresh = await _app.Post("/refresh", new { member.RefreshToken });
        await refresh.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        using var signIn = await _app.SignIn(member.Person.Email, member.Person.Password);
        using var admitted = _app.Service.Client((await signIn.Should(HttpStatusCode.OK)).Text("accessToken"));
        using var me = await admitted.Get("/api/v1/auth/me");
        await me.Should(HttpStatusCode.OK);
    }

    [Fact]
    [Proves("T13"), Proves(Requirement.Roles)]
    public async Task A_new_role_needs_no_new_sign_in()
    {
        var member = await _app.Join();
        using var before = await member.Http.Get("/internal/schedules");
        await before.Should(HttpStatusCode.Forbidden);

        await _app.Service.Services.GetRequiredService<AccountStore>().SetRoleAsync(member.Id, "ADMIN", Ct);

        await _app.Until(async () => (await member.Http.GetAsync("/internal/schedules", Ct)).StatusCode == HttpStatusCode.OK, "the role counts");
        using var refresh = await _app.Post("/refresh", new { member.RefreshToken });
        Assert.Equal("ADMIN", (await refresh.Should(HttpStatusCode.OK)).GetProperty("user").Text("role"));
    }

    [Fact]
    public async Task What_ends_sessions_and_its_event_are_one_write()
    {
        var member = await _app.Join();
        await _app.Next<UserRegistered>(e => e.UserId == member.Id.ToString());
        // No relay looks: it wakes by the clock, or by a signal that only this process' own writes raise.
        var elsewhere = new AccountStore(_app.Service.Database, new OutboxSignal(), new Revocations(_app.Clock), _app.Clock);

        await elsewhere.SetBlockedAsync(member.Id, true, Ct);

        var account = await Accounts.Find(a => a.Id == member.Id).SingleAsync(Ct);
        Assert.True(account.Blocked);
        Assert.Equal(["SessionsRevoked"], account.Outbox.Entries.Select(entry => entry.Type));
        using var refresh = await _app.Post("/refresh", new { member.RefreshToken });
        await refresh.Refuses(HttpStatusCode.Unauthorized, "session_ended");
    }

    [Fact]
    public async Task What_another_process_writes_is_published_within_a_second()
    {
        var member = await _app.Join();
        await _app.Next<UserRegistered>(e => e.UserId == member.Id.ToString());
        var elsewhere = new AccountStore(_app.Service.Database, new OutboxSignal(), new Revocations(_app.Clock), _app.Clock);
        await elsewhere.SetBlockedAsync(member.Id, true, Ct);

        Assert.True(_app.Service.Services.GetRequiredService<IOptions<OutboxOptions>>().Value.MaxPoll <= TimeSpan.FromSeconds(1));
        await _app.Next<SessionsRevoked>(e => e.UserId == member.Id.ToString());
        await _app.Until(async () => (await member.Http.GetAsync("/api/v1/auth/me", Ct)).StatusCode == HttpStatusCode.Unauthorized, "the access token is refused");
    }

    [Fact]
    public async Task A_session_that_begins_while_all_are_ended_does_not_survive()
    {
        var member = await _app.Join();
        var asRead = (await _app.Service.Services.GetRequiredService<AccountStore>().FindAsync(member.Id, Ct))!;

        // Signing in has read the account, the password was right; now all sessions end; then the session begins.
        await _app.Service.Services.GetRequiredService<AccountStore>().EndSessionsAsync(member.Id, null, Ct);
        var (session, token) = await _app.Service.Services.GetRequiredService<SessionStore>().StartAsync(asRead, "late", Ct);

        using var refresh = await _app.Post("/refresh", new { refreshToken = token.Text });
        await refresh.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await Refuses(_app.Service.Client(_app.Service.Services.GetRequiredService<TokenSigner>().Sign(asRead, session.Id)));
    }

    [Fact]
    public async Task A_session_that_was_ended_can_neither_end_the_others_in_turn_nor_change_anything()
    {
        var thief = await _app.Join();
        await _app.Next<UserRegistered>(e => e.UserId == thief.Id.ToString());
        var seed = await FactorHolder.Begin(thief);
        // The services have not heard of it yet: it is written without its event.
        var accounts = _app.Service.Database.GetCollection<Account>(AccountStore.Collection);
        var account = await accounts.Find(a => a.Id == thief.Id).SingleAsync(Ct);
        account.EndSessions(_app.Clock.GetUtcNow(), null);
        await accounts.UpdateOneAsync(
            a => a.Id == thief.Id,
            Builders<Account>.Update.Set(a => a.Generation, account.Generation).Set(a => a.SessionsFrom, account.SessionsFrom),
            cancellationToken: Ct);
        using var signIn = await _app.SignIn(thief.Person.Email, thief.Person.Password);
        var owner = await signIn.Should(HttpStatusCode.OK);

        using var ended = await thief.Http.DeleteAsync("/api/v1/auth/sessions", Ct);
        using var changed = await thief.Http.PutAsJsonAsync("/api/v1/auth/password", new { current = thief.Person.Password, next = "a thief's own password" }, Ct);
        using var factor = await thief.Http.PostAsJsonAsync("/api/v1/auth/second-factor", new { password = thief.Person.Password }, Ct);
        using var confirmed = await thief.Http.Send(HttpMethod.Post, "/confirm", new { code = FactorHolder.CodeOf(seed, _app.Clock.GetUtcNow()) });

        await ended.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await changed.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await factor.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await confirmed.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        using var refresh = await _app.Post("/refresh", new { refreshToken = owner.Text("refreshToken") });
        await refresh.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_missed_events_is_told_all_that_living_tokens_can_be_concerned_by()
    {
        var (revoked, changed, old) = (await _app.Join(), await _app.Join(), await _app.Join());
        var store = _app.Service.Services.GetRequiredService<AccountStore>();
        await store.SetBlockedAsync(old.Id, true, Ct);
        _app.Clock.Advance(TimeSpan.FromMinutes(30));
        await store.EndSessionsAsync(revoked.Id, null, Ct);
        _app.Clock.Advance(TimeSpan.FromSeconds(1));
        await store.SetRoleAsync(changed.Id, "ADMIN", Ct);
        // Its token is over meanwhile.
        using var ended = await _app.Post("/refresh?tokens=true", new { changed.RefreshToken });
        await ended.Should(HttpStatusCode.OK);

        var told = await Told();

        Assert.False(told.More);
        Assert.Equal(
            [(revoked.Id.ToString(), 1L, 1L, "USER"), (changed.Id.ToString(), 1L, 0L, "ADMIN")],
            told.Accounts.Select(a => (a.UserId, a.Generation, a.EndedBelow, a.Role)));
        // A minute later only what is new is asked for; something may be told twice.
        _app.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, (await Told(told.Next)).Accounts.Count);
        Assert.Empty((await Told((await Told()).Next)).Accounts);
    }

    [Fact]
    public async Task What_was_being_written_while_somebody_asked_is_told_the_next_time()
    {
        var member = await _app.Join();
        var asked = await Told();
        // Its time was taken before the question, its write came after.
        var stamped = _app.Clock.GetUtcNow().AddSeconds(-20);
        await _app.Service.Database.GetCollection<Account>(AccountStore.Collection).UpdateOneAsync(
            a => a.Id == member.Id,
            Builders<Account>.Update.Inc(a => a.Version, 1).Set(a => a.Generation, 1).Set(a => a.SessionsFrom, 1).Set(a => a.RevokedAt, stamped),
            cancellationToken: Ct);

        var next = await Told(asked.Next);

        Assert.DoesNotContain(asked.Accounts, account => account.UserId == member.Id.ToString());
        Assert.Contains(next.Accounts, account => account.UserId == member.Id.ToString());
    }

    [Fact]
    public async Task However_much_was_missed_it_is_told_in_parts()
    {
        var now = _app.Clock.GetUtcNow();
        await _app.Service.Database.GetCollection<Session>(SessionStore.Collection).InsertManyAsync(
            Enumerable.Range(0, 4_500).Select(i => new Session
            {
                Id = ObjectId.GenerateNewId(),
                UserId = ObjectId.GenerateNewId(),
                Token = "x",
                ExpiresAt = now.AddHours(1),
                EndedAt = now.AddMilliseconds(i - 120_000),
            }),
            cancellationToken: Ct);

        var told = new HashSet<string>();
        DateTimeOffset? since = null;
        for (var more = true; more;)
        {
            var part = await Told(since);
            Assert.InRange(part.Sessions.Count, 0, 2_000);
            told.UnionWith(part.Sessions.Select(session => session.SessionId));
            (since, more) = (part.Next, part.More);
        }

        Assert.Equal(4_500, told.Count);
    }

    private async Task<RevocationsResponse> Told(DateTimeOffset? since = null)
    {
        using var product = _app.Service.AsService("product", "auth");
        using var answer = await product.PostAsJsonAsync("/api/v1/auth/internal/revocations", new RevocationsRequest(since), JsonRules.Web, Ct);
        await answer.Should(HttpStatusCode.OK);
        return (await answer.Content.ReadFromJsonAsync<RevocationsResponse>(JsonRules.Web, Ct))!;
    }

    // Where no account is read: a token that is let in would be 403.
    private static async Task Refuses(HttpClient http)
    {
        using var schedules = await http.Get("/internal/schedules");
        await schedules.Should(HttpStatusCode.Unauthorized);
    }
}
