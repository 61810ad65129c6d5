using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.Deletion;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

[Proves(Requirement.AccountLife)]
public sealed class DeletionTests(AuthApp app) : IClassFixture<AuthApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_deletes_an_account_shows_the_password_and_leaves_without_cookies()
    {
        var member = await app.Join();

        using var withoutProof = await Delete(member.Http, null);
        using var wrong = await Delete(member.Http, "not this one");
        using var me = await member.Http.Get("/api/v1/auth/me");
        await withoutProof.Refuses(HttpStatusCode.Forbidden, "reauthentication_required");
        await wrong.Refuses(HttpStatusCode.Forbidden, "wrong_password");
        await me.Should(HttpStatusCode.OK);

        using var right = await Delete(member.Http, AuthApp.Password);

        await right.Should(HttpStatusCode.NoContent);
        var cookies = right.Headers.GetValues("Set-Cookie").ToList();
        Assert.Contains(cookies, cookie => cookie.StartsWith("token=;", StringComparison.Ordinal));
        Assert.Contains(cookies, cookie => cookie.StartsWith("refresh=;", StringComparison.Ordinal));
        using var again = await member.Http.Get("/api/v1/auth/me");
        await again.Refuses(HttpStatusCode.Unauthorized, "unauthorized");
        using var refresh = await app.Post("/refresh?tokens=true", new { refreshToken = member.RefreshToken });
        await refresh.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        using var signIn = await app.SignIn(member.Person.Email, AuthApp.Password);
        await signIn.Refuses(HttpStatusCode.Unauthorized, "invalid_credentials");
    }

    [Fact]
    public async Task An_account_without_a_password_is_deleted_by_who_has_just_signed_in()
    {
        var member = await app.Join();
        await Accounts.UpdateOneAsync(a => a.Id == member.Id, Builders<Account>.Update.Unset(a => a.PasswordHash).Set(a => a.GoogleSubject, $"g{member.Id}"), cancellationToken: Ct);
        app.Clock.Advance(TimeSpan.FromMinutes(9));
        using (var stranger = app.Service.As(member.Id, Roles.User))
        {
            using var noSession = await Delete(stranger, null);
            await noSession.Refuses(HttpStatusCode.Forbidden, "reauthentication_required");
        }

        using (var aged = app.Service.Client(await Renewed(member, TimeSpan.FromMinutes(2))))
        {
            using var late = await Delete(aged, "anything");
            await late.Refuses(HttpStatusCode.Forbidden, "reauthentication_required");
        }

        var other = await app.Join();
        await Accounts.UpdateOneAsync(a => a.Id == other.Id, Builders<Account>.Update.Unset(a => a.PasswordHash), cancellationToken: Ct);
        using var fresh = await Delete(other.Http, null);
        await fresh.Should(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Nothing_of_the_person_is_left_in_the_store_but_an_id_that_names_nobody()
    {
        var member = await app.Join(Roles.Artist);
        using var named = await member.Http.Patch("/api/v1/auth/me", new { name = "Secret Name" });
        using var form = new MultipartFormDataContent
        {
            { new StringContent("My secret bio"), "bio" }, { new StringContent("Lisbon"), "city" }, { new ByteArrayContent(Pictures.Png(40, 40)), "avatar", "me.png" },
        };
        using var profile = await member.Http.PatchAsync("/api/v1/artist/profile/update", form, Ct);
        var avatar = new Uri((await profile.Should(HttpStatusCode.OK)).GetProperty("profile").GetProperty("avatar").Text("url")).AbsolutePath;
        await Accounts.UpdateOneAsync(a => a.Id == member.Id, Builders<Account>.Update.Set(a => a.GoogleSubject, "google-subject"), cancellationToken: Ct);
        await app.Next<UserUpdated>(e => e.UserId == member.Id.ToString());
        // What could not be published waits for an operator, with the address in it.
        var (now, account) = (app.Clock.GetUtcNow(), await app.Account(member));
        var parked = new ParkedEvent { Entry = Outbox.Holding(now, account.Updated(now)).Entries[0], Reason = ParkedEvent.ConsumerFailed, At = now };
        await Accounts.UpdateOneAsync(a => a.Id == member.Id, Builders<Account>.Update.Push(a => a.Outbox.Parked, parked), cancellationToken: Ct);
        using (var shown = await app.Http.Get(avatar))
        {
            Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        }

        using var deleted = await Delete(member.Http, AuthApp.Password);

        await deleted.Should(HttpStatusCode.NoContent);
        await app.Next<UserDeleted>(e => e.UserId == member.Id.ToString());
        await app.Until(async () => (await Stored(member.Id))["outbox"]["entries"].AsBsonArray.Count == 0, "the outbox is empty");
        var left = (await Stored(member.Id)).ToJson();
        foreach (var personal in new[] { member.Person.Email, member.Person.Username, member.Person.Name, "Secret", "Lisbon", "google", "avatar", "password", "joinDate" })
        {
            Assert.DoesNotContain(personal, left, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(0, await app.Service.Database.GetCollection<BsonDocument>("sessions").CountDocumentsAsync(new BsonDocument("userId", member.Id), cancellationToken: Ct));
        using var picture = await app.Http.Get(avatar);
        Assert.Equal(HttpStatusCode.NotFound, picture.StatusCode);
        using var artist = await app.Http.Get($"/api/v1/auth/artists/{member.Person.Username}");
        Assert.Equal(HttpStatusCode.NotFound, artist.StatusCode);
    }

    [Fact]
    public async Task Late_readers_of_the_id_get_an_anonymous_card_of_the_last_version()
    {
        var member = await app.Join();
        using var deleted = await Delete(member.Http, AuthApp.Password);
        await deleted.Should(HttpStatusCode.NoContent);
        var told = await app.Next<UserDeleted>(e => e.UserId == member.Id.ToString());
        using var order = app.Service.AsService("order", "auth");

        using var response = await order.PostAsJsonAsync("/api/v1/auth/internal/cards", new { ids = new[] { member.Id.ToString() } }, Ct);

        var card = (await response.Should(HttpStatusCode.OK)).GetProperty("cards").EnumerateArray().Single();
        Assert.Equal(UserCard.DeletedName, card.Text("name"));
        Assert.Equal("", card.Text("email"));
        Assert.Equal("", card.Text("username"));
        Assert.Equal(Roles.Deleted, card.Text("role"));
        Assert.Equal(told.Version, card.GetProperty("version").GetInt64());
        var registered = await app.Next<UserRegistered>(e => e.UserId == member.Id.ToString());
        Assert.True(told.Version > registered.Version);
    }

    [Fact]
    public async Task The_address_and_the_user_name_can_sign_up_anew_as_another_account()
    {
        var first = await app.Join();
        using var deleted = await Delete(first.Http, AuthApp.Password);
        await deleted.Should(HttpStatusCode.NoContent);
        app.Clock.Advance(TimeSpan.FromSeconds(61));

        await app.SignUp(first.Person);
        await app.Until(() => Task.FromResult(app.Codes(first.Person.Email).Count == 2), "another code is mailed");
        using var verified = await app.Verify(first.Person.Email, app.Open(app.Codes(first.Person.Email)[^1]));

        var user = (await verified.Should(HttpStatusCode.OK)).GetProperty("user");
        Assert.NotEqual(first.Id.ToString(), user.Text("_id"));
        Assert.True((await Stored(first.Id)).Contains("deletedAt"));
    }

    [Fact]
    public async Task What_somebody_entered_at_a_sign_up_with_the_address_goes_too()
    {
        var member = await app.Join();
        app.Clock.Advance(TimeSpan.FromSeconds(61));
        await app.SignUp(member.Person with { Username = $"canary{member.Id}"[..20], Name = "Canary Name" });
        Assert.Contains("Canary Name", await CodesAsync(), StringComparison.Ordinal);

        using var deleted = await Delete(member.Http, AuthApp.Password);

        await deleted.Should(HttpStatusCode.NoContent);
        Assert.DoesNotContain("canary", await CodesAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("passwordHash", await CodesAsync(), StringComparison.Ordinal);

        async Task<string> CodesAsync() => (await app.Service.Database.GetCollection<BsonDocument>("codes")
            .Find(new BsonDocument("_id", new BsonDocument("$regex", member.Person.Email))).Project(new BsonDocument("outbox", 0)).ToListAsync(Ct)).ToJson();
    }

    [Fact]
    public async Task Of_two_who_delete_at_once_one_does_and_one_event_tells()
    {
        var member = await app.Join();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Delete(member.Http, AuthApp.Password)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.NoContent);
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.Unauthorized, answer.StatusCode.ToString()));
        await app.Next<UserDeleted>(e => e.UserId == member.Id.ToString());
        Assert.Single(app.Service.Bus.PublishedOnce<UserDeleted>(), e => e.UserId == member.Id.ToString());
    }

    [Fact]
    public async Task Whatever_changes_an_account_while_it_is_deleted_leaves_nothing_behind()
    {
        for (var round = 0; round < 10; round++)
        {
            var member = await app.Join(round % 2 == 0 ? Roles.User : Roles.Artist);
            List<Task<HttpResponseMessage>> changes =
            [
                member.Http.Patch("/api/v1/auth/me", new { name = "Personal Name" }),
                round % 2 == 0 ? member.Http.Patch("/api/v1/user/profile/update", new { firstName = "Personal" }) : Profile(member.Http),
                Delete(member.Http, AuthApp.Password),
                app.SignIn(member.Person.Email, AuthApp.Password),
                member.Http.Patch("/api/v1/auth/me", new { name = "Personal Name II" }),
                round % 2 == 0 ? member.Http.Patch("/api/v1/user/profile/update", new { lastName = "Personal" }) : Profile(member.Http),
                app.Post("/email-signup", member.Person with { Username = $"other{Guid.NewGuid():N}"[..20] }),
            ];

            var answers = await Task.WhenAll(changes);

            Assert.Equal(HttpStatusCode.NoContent, answers[2].StatusCode);
            var (left, member2) = (await Stored(member.Id), member.Person);
            left.Remove("outbox");
            Assert.DoesNotContain("Personal", left.ToJson(), StringComparison.Ordinal);
            Assert.DoesNotContain(member2.Email, left.ToJson(), StringComparison.Ordinal);
            if (answers[3].StatusCode == HttpStatusCode.OK)
            {
                var tokens = await answers[3].Should(HttpStatusCode.OK);
                using var refresh = await app.Post("/refresh?tokens=true", new { refreshToken = tokens.Text("refreshToken") });
                await refresh.Refuses(HttpStatusCode.Unauthorized, "session_ended");
            }
        }
    }

    [Fact]
    public async Task A_session_that_began_while_the_account_was_deleted_goes_when_the_last_token_has_ended()
    {
        var member = await app.Join();
        using var deleted = await Delete(member.Http, AuthApp.Password);
        await deleted.Should(HttpStatusCode.NoContent);
        var sessions = app.Service.Database.GetCollection<BsonDocument>("sessions");
        await sessions.InsertOneAsync(new BsonDocument { { "userId", member.Id }, { "expiresAt", DateTime.UtcNow.AddDays(30) } }, cancellationToken: Ct);
        var job = app.Service.Services.GetRequiredService<DeletedAccountLeftovers>();
        await job.RunAsync(Ct);
        Assert.Equal(1, await sessions.CountDocumentsAsync(new BsonDocument("userId", member.Id), cancellationToken: Ct));

        app.Clock.Advance(TimeSpan.FromMinutes(16));
        await job.RunAsync(Ct);

        Assert.Equal(0, await sessions.CountDocumentsAsync(new BsonDocument("userId", member.Id), cancellationToken: Ct));
        Assert.False((await Stored(member.Id)).Contains("forgetAt"));
    }

    [Fact]
    public async Task The_only_administrator_stays_until_there_is_another_one()
    {
        var store = app.Service.Services.GetRequiredService<AccountStore>();
        var (first, second) = (await app.Join(), await app.Join());
        await store.SetRoleAsync(first.Id, Roles.Admin, Ct);

        using var only = await Delete(first.Http, AuthApp.Password);
        await only.Refuses(HttpStatusCode.Conflict, "last_administrator");

        await store.SetRoleAsync(second.Id, Roles.Admin, Ct);
        using var oneOfTwo = await Delete(first.Http, AuthApp.Password);
        await oneOfTwo.Should(HttpStatusCode.NoContent);
    }

    private IMongoCollection<Account> Accounts => app.Service.Database.GetCollection<Account>(AccountStore.Collection);

    private async Task<BsonDocument> Stored(ObjectId id) =>
        await app.Service.Database.GetCollection<BsonDocument>(AccountStore.Collection).Find(new BsonDocument("_id", id)).SingleAsync(Ct);

    private async Task<string> Renewed(Member member, TimeSpan later)
    {
        app.Clock.Advance(later);
        using var response = await app.Post("/refresh?tokens=true", new { refreshToken = member.RefreshToken });
        return (await response.Should(HttpStatusCode.OK)).Text("accessToken");
    }

    private static async Task<HttpResponseMessage> Profile(HttpClient http)
    {
        using var form = new MultipartFormDataContent { { new StringContent("Personal bio"), "bio" } };
        return await http.PatchAsync("/api/v1/artist/profile/update", form, Ct);
    }

    private static async Task<HttpResponseMessage> Delete(HttpClient http, string? password)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/me");
        request.Content = password is null ? null : JsonContent.Create(new { password });
        return await http.SendAsync(request, Ct);
    }
}
