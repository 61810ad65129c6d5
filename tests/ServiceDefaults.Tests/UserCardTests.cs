using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests;

public class UserCardTests(SampleApp app) : IClassFixture<SampleApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_card_that_no_event_brought_is_asked_of_auth_once()
    {
        var ann = app.Service.Auth.Add("Ann", Roles.User);
        var before = app.Service.Auth.CardCalls;

        Assert.Equal("Ann", (await CardAsync(ann.Id)).GetProperty("name").GetString());
        Assert.Equal("Ann", (await CardAsync(ann.Id)).GetProperty("name").GetString());

        Assert.Equal(before + 1, app.Service.Auth.CardCalls);
    }

    [Fact]
    public async Task Events_in_any_order_leave_the_newest_card()
    {
        var id = ObjectId.GenerateNewId();
        UserUpdated Version(long version) => new(id.ToString(), version, "b@example.com", "b", $"Name {version}", Roles.User, DateTimeOffset.UtcNow);

        await app.Service.Bus.PublishAsync(Version(3));
        await NameBecomesAsync(id, "Name 3");
        await app.Service.Bus.PublishAsync(new UserRegistered(id.ToString(), 1, "b@example.com", "b", "Name 1", Roles.User, DateTimeOffset.UtcNow));
        await app.Service.Bus.PublishAsync(Version(2));
        await app.Service.Bus.PublishAsync(Version(3));
        await app.Service.Bus.PublishAsync(Version(4));
        await NameBecomesAsync(id, "Name 4");
    }

    [Fact]
    [Proves(Requirement.AccountLife)]
    public async Task A_deleted_account_names_nobody_and_no_late_event_brings_the_name_back()
    {
        var (known, unknown) = (ObjectId.GenerateNewId(), ObjectId.GenerateNewId());
        UserRegistered Registered(ObjectId id) => new(id.ToString(), 2, "c@example.com", "cat", "Cat", Roles.User, DateTimeOffset.UtcNow);
        UserUpdated Updated(ObjectId id) => new(id.ToString(), 3, "c@example.com", "cat", "Cat B.", Roles.User, DateTimeOffset.UtcNow);
        await app.Service.Bus.PublishAsync(Registered(known));
        await NameBecomesAsync(known, "Cat");

        foreach (var id in new[] { known, unknown })
        {
            var last = ObjectId.GenerateNewId();
            await app.Service.Bus.PublishAsync(new UserDeleted(id.ToString(), 4, DateTimeOffset.UtcNow));
            await NameBecomesAsync(id, UserCard.DeletedName);
            await app.Service.Bus.PublishAsync(Registered(id));
            await app.Service.Bus.PublishAsync(Updated(id));
            await app.Service.Bus.PublishAsync(new UserDeleted(id.ToString(), 4, DateTimeOffset.UtcNow));
            await app.Service.Bus.PublishAsync(Updated(id) with { UserId = last.ToString() });
            await NameBecomesAsync(last, "Cat B.");

            var stored = await app.Service.Database.GetCollection<BsonDocument>("users").Find(new BsonDocument("_id", id)).SingleAsync(Ct);
            Assert.DoesNotContain("cat", stored.ToJson(), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("c@example.com", stored.ToJson(), StringComparison.Ordinal);
        }

        Assert.Equal(UserCard.DeletedName, (await CardAsync(unknown)).GetProperty("name").GetString());
    }

    [Fact]
    public async Task When_auth_is_down_only_missing_cards_are_unavailable()
    {
        await using var service = await ServiceUnderTest.StartAsync(SampleService.Build);
        var ann = service.Auth.Add("Ann", Roles.User);
        Assert.Equal(HttpStatusCode.OK, (await service.Anonymous.GetAsync($"/cards/{ann.Id}", Ct)).StatusCode);
        service.Auth.CardsDown = true;

        Assert.Equal(HttpStatusCode.OK, (await service.Anonymous.GetAsync($"/cards/{ann.Id}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await service.Anonymous.GetAsync($"/cards/{ObjectId.GenerateNewId()}", Ct)).StatusCode);
    }

    private Task NameBecomesAsync(ObjectId id, string name) => Eventually.Until(
        async () => (await app.Service.Database.FindCardAsync(id, Ct))?.Name == name, $"the card says {name}");

    private async Task<JsonElement> CardAsync(ObjectId id) => await app.Service.Anonymous.GetFromJsonAsync<JsonElement>($"/cards/{id}", Ct);
}

internal static class CardReading
{
    public static Task<UserCard?> FindCardAsync(this IMongoDatabase database, ObjectId id, CancellationToken ct) =>
        database.GetCollection<UserCard>("users").Find(card => card.Id == id).FirstOrDefaultAsync(ct)!;
}
