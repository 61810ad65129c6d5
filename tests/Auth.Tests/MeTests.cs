using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Tests;

public sealed class MeTests(AuthApp app) : IClassFixture<AuthApp>
{
    [Fact]
    public async Task Nobody_is_somebody_without_a_good_token()
    {
        var member = await app.Join();
        var token = member.Http.DefaultRequestHeaders.Authorization!.Parameter!;
        foreach (var bad in new[] { null, "garbage", token[..^4] + "AAAA", app.Service.Keys.ServiceToken("order", "auth", HttpMethod.Get, new Uri(app.Service.Address, "/api/v1/auth/me")) })
        {
            using var http = app.Service.Client(bad);
            using var response = await http.Get("/api/v1/auth/me");
            await response.Refuses(HttpStatusCode.Unauthorized, "unauthorized");
        }
    }

    [Fact]
    public async Task A_token_whose_account_is_gone_is_worth_nothing()
    {
        using var http = app.Service.As(ObjectId.GenerateNewId(), Roles.User);

        using var response = await http.Get("/api/v1/auth/me");

        await response.Refuses(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task A_new_name_is_kept_and_announced_with_the_next_version()
    {
        var member = await app.Join();

        using var response = await member.Http.Patch("/api/v1/auth/me", new { name = "  Renamed  " });

        Assert.Equal("Renamed", (await response.Should(HttpStatusCode.OK)).GetProperty("user").Text("name"));
        var registered = await app.Next<UserRegistered>(e => e.UserId == member.Id.ToString());
        var updated = await app.Next<UserUpdated>(e => e.UserId == member.Id.ToString());
        Assert.Equal("Renamed", updated.Name);
        Assert.Equal(registered.Version + 1, updated.Version);
        using var me = await member.Http.Get("/api/v1/auth/me");
        Assert.Equal("Renamed", (await me.Should(HttpStatusCode.OK)).GetProperty("user").Text("name"));
    }

    [Fact]
    public async Task Ten_new_names_at_once_are_all_announced_in_order_of_their_versions()
    {
        var member = await app.Join();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => member.Http.Patch("/api/v1/auth/me", new { name = $"Name {i}" })));

        var stored = await app.Service.Services.GetRequiredService<AccountStore>().FindAsync(member.Id, TestContext.Current.CancellationToken);
        var last = await app.Next<UserUpdated>(e => e.UserId == member.Id.ToString() && e.Version == stored!.Version);
        Assert.Equal(stored!.Name, last.Name);
        Assert.Equal(11, stored.Version - 1);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"name":{"$set":1}}""")]
    [InlineData("""{"name":"a\nb"}""")]
    [InlineData("""{"name":"A","role":"ADMIN"}""")]
    public async Task A_name_that_breaks_a_rule_changes_nothing(string body)
    {
        var member = await app.Join();

        using var response = await member.Http.PatchAsync("/api/v1/auth/me", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

        await response.Should(HttpStatusCode.BadRequest);
        using var me = await member.Http.Get("/api/v1/auth/me");
        Assert.Equal(member.Person.Name, (await me.Should(HttpStatusCode.OK)).GetProperty("user").Text("name"));
    }
}
