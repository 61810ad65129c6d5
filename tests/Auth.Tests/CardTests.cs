using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Json;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Auth.Tests;

public sealed class CardTests(AuthApp app) : IClassFixture<AuthApp>
{
    private const string Path = "/api/v1/auth/internal/cards";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Services_get_the_cards_of_proven_accounts_as_they_read_them()
    {
        var artist = await app.Join(Roles.Artist);
        var user = await app.Join();
        await app.SignUp(AuthApp.Someone());
        using var order = app.Service.AsService("order", "auth");

        using var response = await order.PostAsJsonAsync(Path, new UserCardsRequest([artist.Id, user.Id, artist.Id, ObjectId.GenerateNewId()]), JsonRules.Web, Ct);

        await response.Should(HttpStatusCode.OK);
        var cards = (await response.Content.ReadFromJsonAsync<UserCardsResponse>(JsonRules.Web, Ct))!.Cards;
        Assert.Equal(2, cards.Count);
        var card = Assert.Single(cards, card => card.Id == artist.Id);
        Assert.Equal(
            (artist.Person.Username, artist.Person.Name, artist.Person.Email, "ARTIST"),
            (card.Username, card.Name, card.Email, card.Role));
    }

    [Fact]
    public async Task Only_services_may_ask()
    {
        var member = await app.Join();
        using var elsewhere = app.Service.AsService("order", "product");
        foreach (var http in new[] { app.Http, member.Http, elsewhere })
        {
            using var response = await http.PostAsJsonAsync(Path, new { ids = new[] { member.Id.ToString() } }, Ct);
            await response.Refuses(HttpStatusCode.Unauthorized, "unauthorized");
        }
    }

    [Fact]
    public async Task One_to_fifty_ids_may_be_asked_for()
    {
        using var order = app.Service.AsService("order", "auth");
        var fifty = Enumerable.Range(0, 50).Select(_ => ObjectId.GenerateNewId()).ToList();

        using var enough = await order.PostAsJsonAsync(Path, new UserCardsRequest(fifty), JsonRules.Web, Ct);
        using var tooMany = await order.PostAsJsonAsync(Path, new UserCardsRequest([.. fifty, ObjectId.GenerateNewId()]), JsonRules.Web, Ct);
        using var none = await order.PostAsJsonAsync(Path, new UserCardsRequest([]), JsonRules.Web, Ct);
        using var malformed = await order.PostRaw(Path, """{"ids":["x"]}""");

        await enough.Should(HttpStatusCode.OK);
        await tooMany.Refuses(HttpStatusCode.BadRequest, "validation_failed");
        await none.Refuses(HttpStatusCode.BadRequest, "validation_failed");
        await malformed.Should(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_demo_is_written_straight_into_the_store_and_announced_only_when_asked_to(bool announce)
    {
        var person = AuthApp.Someone(Roles.Artist);
        var services = app.Service.Services;
        var account = new Account
        {
            Id = ObjectId.GenerateNewId(),
            Email = person.Email,
            Username = person.Username,
            UsernameKey = Account.KeyOf(person.Username),
            Name = person.Name,
            Role = person.Role,
            PasswordHash = await services.GetRequiredService<Passwords.Passwords>().HashAsync(person.Password, Ct),
            JoinDate = app.Clock.GetUtcNow(),
        };

        await services.GetRequiredService<AccountStore>().AddVerifiedAsync([account], announce, Ct);

        using var signIn = await app.SignIn(person.Email, person.Password);
        await signIn.Should(HttpStatusCode.OK);
        if (announce)
        {
            await app.Next<UserRegistered>(e => e.UserId == account.Id.ToString());
        }
        else
        {
            var outbox = app.Service.Database.GetCollection<Account>(AccountStore.Collection);
            Assert.Empty((await outbox.Find(a => a.Id == account.Id).FirstAsync(Ct)).Outbox.Entries);
            Assert.DoesNotContain(app.Service.Bus.Published<UserRegistered>(), e => e.UserId == account.Id.ToString());
        }
    }
}
