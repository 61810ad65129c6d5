using System.Net;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests;

[Proves(Requirement.ServiceTokens)]
public class ServiceTokenTests(SampleApp app) : IClassFixture<SampleApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_endpoint_lets_in_the_services_that_it_names()
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app.Service.AsService("order", "product"), HttpMethod.Get, "/internal"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app.Service.AsService("chat", "product"), HttpMethod.Get, "/internal?of=all"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app.Service.AsService("jobs", "product"), HttpMethod.Get, "/internal"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app.Service.AsService("chat", "product"), HttpMethod.Post, "/internal"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app.Service.AsService("order", "product"), HttpMethod.Get, "/internal/nobody"));
    }

    [Fact]
    public async Task Nobody_else_gets_in()
    {
        var user = ObjectId.GenerateNewId();
        foreach (var client in new[]
        {
            app.Service.Anonymous, app.Service.As(user, Roles.User), app.Service.As(user, Roles.Admin),
            app.Service.AsService("order", "auth"), app.Service.AsService("stranger", "product"), app.Service.AsService("gateway", "product"),
        })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, HttpMethod.Get, "/internal"));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(app.Service.AsService("order", "product"), HttpMethod.Get, "/me"));
    }

    [Fact]
    public async Task A_user_id_in_a_header_is_nobodys()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Add("x-user-id", ObjectId.GenerateNewId().ToString());

        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Service.Anonymous.SendAsync(request, Ct)).StatusCode);
    }

    public static TheoryData<string> Misuses => ["another path", "another method", "a path below", "no path", "no method", "no id", "two minutes old", "another's name", "a name that is no service's", "another's subject"];

    [Theory]
    [MemberData(nameof(Misuses))]
    public async Task A_token_is_good_for_one_call_of_its_signer(string misuse)
    {
        var (keys, here) = (app.Service.Keys, new Uri(app.Service.Address, "/internal"));
        var token = misuse switch
        {
            "another path" => keys.ServiceToken("order", "product", HttpMethod.Get, new Uri(app.Service.Address, "/open")),
            "another method" => keys.ServiceToken("order", "product", HttpMethod.Post, here),
            "a path below" => keys.ServiceToken("order", "product", HttpMethod.Get, new Uri(app.Service.Address, "/internal/7")),
            "no path" => keys.ServiceToken("order", "product", HttpMethod.Get, here, alter: token => token.Claims.Remove(TokenRules.CallPath)),
            "no method" => keys.ServiceToken("order", "product", HttpMethod.Get, here, alter: token => token.Claims.Remove(TokenRules.CallMethod)),
            "no id" => keys.ServiceToken("order", "product", HttpMethod.Get, here, alter: token => token.Claims.Remove(JwtRegisteredClaimNames.Jti)),
            "two minutes old" => keys.ServiceToken("order", "product", HttpMethod.Get, here, DateTimeOffset.UtcNow.AddMinutes(-2)),
            "another's name" => keys.ServiceToken("chat", "product", HttpMethod.Get, here, alter: token => token.Issuer = "order"),
            "a name that is no service's" => keys.ServiceToken("order", "product", HttpMethod.Get, here, alter: token => token.Issuer = "gateway"),
            _ => null,
        };
        if (token is null)
        {
            // Who signs may not speak for another, though the endpoint lets both in.
            token = keys.ServiceToken("chat", "product", HttpMethod.Get, here, alter: other => other.Claims[TokenRules.Subject] = "order");
            Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app.Service.Client(token), HttpMethod.Get, "/internal"));
            return;
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(app.Service.Client(token), HttpMethod.Get, "/internal"));
    }

    [Fact]
    public async Task A_token_is_good_once()
    {
        var client = app.Service.Client(app.Service.Keys.ServiceToken("order", "product", HttpMethod.Get, new Uri(app.Service.Address, "/internal")));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => StatusAsync(client, HttpMethod.Get, "/internal")));

        Assert.Single(answers, HttpStatusCode.OK);
        Assert.Equal(9, answers.Count(status => status == HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task A_token_ends_a_minute_after_its_making_give_or_take_what_clocks_may_differ()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var later = await ServiceUnderTest.StartAsync(SampleService.Build, test => test.Clock = clock);
        var made = Enumerable.Range(0, 3).Select(_ => later.Keys.ServiceToken("order", "product", HttpMethod.Get, new Uri(later.Address, "/internal"), clock.GetUtcNow())).ToList();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(later.Client(made[2]), HttpMethod.Get, "/internal"));
        clock.Advance(TimeSpan.FromSeconds(89));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(later.Client(made[0]), HttpMethod.Get, "/internal"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(later.Client(made[0]), HttpMethod.Get, "/internal"));
        // What was used is not forgotten before it ends.
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(later.Client(made[2]), HttpMethod.Get, "/internal"));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(later.Client(made[1]), HttpMethod.Get, "/internal"));
    }

    [Theory]
    [InlineData("/internal/a%20b", "a b")]
    [InlineData("/INTERNAL/x", "x")]
    [InlineData("/internal/x/", "x")]
    [InlineData("/internal/%C3%BC", "ü")]
    public async Task However_a_path_is_written_its_token_fits(string path, string answer)
    {
        using var client = app.Service.AsService("order", "product");

        Assert.Equal(answer, await client.GetStringAsync(path, Ct));
    }

    [Fact]
    public async Task Operators_and_the_services_that_are_named_share_their_routes()
    {
        var user = ObjectId.GenerateNewId();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app.Service.AsService("jobs", "product"), HttpMethod.Get, "/operators"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app.Service.As(user, Roles.Admin), HttpMethod.Get, "/operators"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app.Service.As(user, Roles.Artist), HttpMethod.Get, "/operators"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app.Service.AsService("order", "product"), HttpMethod.Get, "/operators"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(app.Service.Anonymous, HttpMethod.Get, "/operators"));
    }

    [Fact]
    public async Task A_service_cannot_give_itself_a_role()
    {
        var token = app.Service.Keys.ServiceToken(
            "order", "product", HttpMethod.Get, new Uri(app.Service.Address, "/operators"), alter: token => token.Claims[TokenRules.Role] = Roles.Admin);

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(app.Service.Client(token), HttpMethod.Get, "/operators"));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var response = await client.SendAsync(request, Ct);
        return response.StatusCode;
    }
}
