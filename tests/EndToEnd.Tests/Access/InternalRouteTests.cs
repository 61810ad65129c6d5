using System.Net;
using Microsoft.IdentityModel.Tokens;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>What services tell one another is for them alone, at each of their endpoints.</summary>
[Proves(Requirement.ServiceTokens)]
[Collection<SharedMarket>]
public sealed class InternalRouteTests(Market market)
{
    public static TheoryData<string> Routes => [.. RouteTable.Lines.Where(line => line.IsInternal).Select(line => line.Key)];

    [Theory]
    [MemberData(nameof(Routes))]
    [Proves("T12")]
    public async Task Nobody_gets_in_by_anothers_name_or_by_a_token_for_another_call(string route)
    {
        var line = RouteTable.Lines.Single(line => line.Key == route);
        var request = await RouteExamples.ForAsync(line, Roles.Admin, market);
        var (caller, call) = (line.Services[0], new Uri(market.AddressOf(line.Service), request.Path));
        var another = TokenRules.Services.First(service => service != caller);
        var other = request.Method == HttpMethod.Get ? HttpMethod.Post : HttpMethod.Get;
        var elsewhere = TokenRules.Services.First(service => service != line.Service);
        var keys = market.Keys;
        foreach (var (token, what) in new[]
        {
            (keys.ServiceToken(caller, line.Service, request.Method, call, alter: token => token.SigningCredentials = new(keys.ServiceKey(another), SecurityAlgorithms.EcdsaSha256)), "signed by another"),
            (keys.ServiceToken(caller, line.Service, request.Method, new Uri(call, "/health/live")), "for another path"),
            (keys.ServiceToken(caller, line.Service, other, call), "for another method"),
            (keys.ServiceToken(caller, elsewhere, request.Method, call), "for another service"),
            (keys.ServiceToken(caller, line.Service, request.Method, call, DateTimeOffset.UtcNow.AddSeconds(-91)), "of a minute and a half ago"),
            (keys.ServiceToken(caller, line.Service, request.Method, call, alter: token => token.TokenType = "JWT"), "of another type"),
        })
        {
            using var refused = await market.SendAsync(line.Service, request.Method, request.Path, token);
            Assert.True(refused.StatusCode == HttpStatusCode.Unauthorized, $"{route} with a token {what}: {refused.StatusCode}");
        }

        // The earlier server believed this header.
        using var named = new HttpRequestMessage(request.Method, call);
        named.Headers.Add("x-user-id", market.Operator.Id.ToString());
        named.Headers.Add("x-service", caller);
        using var anonymous = await market.Http.SendAsync(named, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task At_the_Gateway_there_is_nothing_of_the_kind(string route)
    {
        var line = RouteTable.Lines.Single(line => line.Key == route);
        var request = await RouteExamples.ForAsync(line, Roles.Admin, market);
        foreach (var path in Spellings(request.Path))
        {
            var token = market.Keys.ServiceToken(line.Services[0], line.Service, request.Method, new Uri(market.AddressOf(line.Service), request.Path));
            using var answer = await market.SendAsync("gateway", request.Method, path, token);
            Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, $"{request.Method} {path}: {answer.StatusCode}");
        }
    }

    private static IEnumerable<string> Spellings(string path) =>
    [
        path,
        path.Replace("/api/v1", "", StringComparison.Ordinal),
        path.Replace("internal", "INTERNAL", StringComparison.Ordinal),
        path.Replace("internal", "%69nternal", StringComparison.Ordinal),
        path.Replace("internal", "%2569nternal", StringComparison.Ordinal),
        path.Replace("/internal", "//internal", StringComparison.Ordinal),
        path.Replace("/internal", "/%2finternal", StringComparison.Ordinal),
        path.Replace("/internal", "/.%2finternal", StringComparison.Ordinal),
        path.Replace("/internal", "/x/%2e%2e/internal", StringComparison.Ordinal),
        path.Replace("/internal", "/%5Cinternal", StringComparison.Ordinal),
        path.Replace("internal/", "internal;x=1/", StringComparison.Ordinal),
        path + "/",
    ];
}
