using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Sessions;
using Visuels.EndToEnd.Tests.Access;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests;

/// <summary>Somebody deals with others and leaves; the databases of all services are looked through.</summary>
[Collection<SharedMarket>]
[Proves(Requirement.AccountLife)]
public sealed class AccountDeletionTests(Market market)
{
    private static readonly string[] Services = ["auth", "product", "order", "chat", "jobs"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves(Requirement.Revocation)]
    public async Task After_leaving_no_database_names_the_person_and_the_other_side_keeps_its_order_and_its_chat()
    {
        var leaver = await JoinAsync();
        var (artwork, _) = await market.ListArtworkAsync(market.Artist);
        var (wanted, _) = await market.ListArtworkAsync(market.Artist);
        var placed = await market.SendAsync("order", HttpMethod.Post, "/api/v1/order/create", leaver.Token, JsonContent.Create(new { productId = artwork, requirement = "to canary-street 7" }))
            .ExpectAsync(HttpStatusCode.Created, Ct);
        await SendAsync("order", HttpMethod.Put, $"/api/v1/order/cart/items/{wanted}", leaver, new { quantity = 1, requirement = "canary-in-cart" });
        await SendAsync("product", HttpMethod.Put, $"/api/v1/products/{artwork}/like", leaver, null);
        await SendAsync("chat", HttpMethod.Post, $"/api/v1/message/send/{market.Artist.Id}", leaver, new { content = "hello from me", type = "TEXT" });
        await SendAsync("auth", HttpMethod.Patch, "/api/v1/user/profile/update", leaver, new { firstName = "Canaria" });
        await Eventually.Until(async () => (await DumpAsync("jobs")).Contains(leaver.Email, StringComparison.Ordinal), "mails to the address are noted");

        using var deleted = await market.SendAsync("gateway", HttpMethod.Delete, "/api/v1/auth/me", leaver.Token);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        foreach (var service in Services)
        {
            await Eventually.Until(
                async () =>
                {
                    var dump = await DumpAsync(service);
                    return !dump.Contains(leaver.Email, StringComparison.Ordinal) && !dump.Contains(leaver.Username, StringComparison.Ordinal)
                        && !dump.Contains("canary", StringComparison.OrdinalIgnoreCase) && !dump.Contains("Canaria", StringComparison.Ordinal);
                },
                $"{service} has forgotten the person");
        }

        foreach (var (service, path) in new[] { ("order", "/api/v1/order/user"), ("chat", "/api/v1/message/conversations"), ("product", "/api/v1/products/me/products"), ("auth", "/api/v1/auth/me") })
        {
            await Eventually.Until(
                async () =>
                {
                    using var answer = await market.SendAsync(service, HttpMethod.Get, path, leaver.Token);
                    return answer.StatusCode == HttpStatusCode.Unauthorized;
                },
                $"{service} has heard that the session has ended");
        }

        var id = placed.GetProperty("order").Text("_id");
        var order = (await market.SendAsync("order", HttpMethod.Get, $"/api/v1/order/{id}", market.Artist.Token).ExpectAsync(HttpStatusCode.OK, Ct)).GetProperty("order");
        Assert.Equal("CANCELLED", order.Text("status"));
        var history = await market.SendAsync("chat", HttpMethod.Get, $"/api/v1/message/get/{leaver.Id}", market.Artist.Token).ExpectAsync(HttpStatusCode.OK, Ct);
        Assert.Contains("hello from me", history.GetProperty("data").ToString(), StringComparison.Ordinal);
    }

    private async Task<Someone> JoinAsync()
    {
        var account = Accounts.New($"leaver{ObjectId.GenerateNewId()}"[..30], Roles.User);
        var auth = market["auth"].Services;
        await Accounts.AddAsync(auth, Ct, account);
        var (session, _) = await auth.GetRequiredService<SessionStore>().StartAsync(account, "A browser", Ct);
        var token = market.Keys.AccessToken(account.Id, account.Role, alter: descriptor => descriptor.Claims[TokenRules.Session] = session.Id.ToString());
        return new Someone(account.Id, account.Username, account.Email, account.Role, token);
    }

    private async Task SendAsync(string service, HttpMethod method, string path, Someone person, object? body)
    {
        using var response = await market.SendAsync(service, method, path, person.Token, body is null ? null : JsonContent.Create(body));
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {response.StatusCode}");
    }

    private async Task<string> DumpAsync(string service)
    {
        var database = market[service].Services.GetRequiredService<IMongoDatabase>();
        var dump = new StringBuilder();
        foreach (var name in await (await database.ListCollectionNamesAsync(cancellationToken: Ct)).ToListAsync(Ct))
        {
            dump.Append((await database.GetCollection<BsonDocument>(name).Find(new BsonDocument()).ToListAsync(Ct)).ToJson());
        }

        return dump.ToString();
    }
}
