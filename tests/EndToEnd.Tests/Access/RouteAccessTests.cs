using System.Net;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>Each route is tried as everybody there is; <c>routes.md</c> says what must come of it.</summary>
[Proves(Requirement.Roles)]
[Proves("T13")]
[Collection<SharedMarket>]
public sealed class RouteAccessTests(Market market)
{
    public static TheoryData<string> Services => [.. TokenRules.Services];

    [Theory]
    [MemberData(nameof(Services))]
    public Task Each_route_lets_in_whom_the_file_names_and_nobody_else(string service) => TryAllAsync(service, RouteTable.Of(service));

    [Theory]
    [MemberData(nameof(Services))]
    public Task So_it_does_through_the_Gateway(string service) => TryAllAsync("gateway", RouteTable.Of(service).Where(line => line.IsPublic));

    [Theory]
    [MemberData(nameof(Services))]
    [Proves(Requirement.ObjectRights)]
    public async Task What_belongs_to_somebody_else_is_404_and_says_nothing_of_them(string service)
    {
        var wrong = new List<string>();
        foreach (var line in RouteTable.Of(service))
        {
            foreach (var role in line.RolesLetIn.Where(line.IsOwnOnly))
            {
                var (request, owner) = (await RouteExamples.ForAsync(line, role, market), market.Owner(role));
                foreach (var stranger in market.Everybody.Where(person => line.LetsIn(person.Role) && person != market.Owner(person.Role)))
                {
                    await CheckAsync(service, line, request, stranger.Username, stranger.Token, HttpStatusCode.NotFound, wrong, silentAbout: [market.Buyer, market.Artist]);
                }

                await CheckAsync(service, line, request, owner.Username, owner.Token, null, wrong, found: true);
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private string Expired => market.Forge(Roles.User, issued: DateTimeOffset.UtcNow - TokenRules.AccessTokenLife - TokenRules.ClockSkew);

    private async Task TryAllAsync(string entrance, IEnumerable<RouteLine> lines)
    {
        var wrong = new List<string>();
        foreach (var line in lines)
        {
            var request = await RouteExamples.ForAsync(line, line.RolesLetIn.FirstOrDefault() ?? Roles.User, market);
            Task TryAsync(RouteExample example, string caller, string? token, HttpStatusCode? expected, bool found = false) =>
                CheckAsync(entrance, line, example, caller, token, expected, wrong, found);

            await TryAsync(request, "anonymous", null, line.IsForAnyone ? null : HttpStatusCode.Unauthorized);
            await TryAsync(request, "expired", Expired, line.IsForAnyone ? null : HttpStatusCode.Unauthorized);
            foreach (var caller in TokenRules.Services)
            {
                var token = market.Keys.ServiceToken(caller, line.Service, request.Method, new Uri(market.AddressOf(line.Service), request.Path));
                await TryAsync(request, $"service {caller}", token, OfService(line, caller));
            }

            foreach (var person in market.Everybody.Where(person => !line.LetsIn(person.Role)))
            {
                await TryAsync(request, person.Username, person.Token, line.RolesLetIn.Any() ? HttpStatusCode.Forbidden : HttpStatusCode.Unauthorized);
            }

            foreach (var role in line.RolesLetIn)
            {
                await TryAsync(request, market.Blocked[role].Username, market.Blocked[role].Token, line.IsForAnyone ? null : HttpStatusCode.Unauthorized);
                var own = await RouteExamples.ForAsync(line, role, market);
                await TryAsync(own, market.Owner(role).Username, market.Owner(role).Token, null, found: line.IsOwnOnly(role));
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>Null means: let in.</summary>
    private static HttpStatusCode? OfService(RouteLine line, string caller) =>
        line.IsForAnyone || line.Services.Contains(caller) ? null
        : line.Services.Count > 0 ? HttpStatusCode.Forbidden
        : HttpStatusCode.Unauthorized;

    private async Task CheckAsync(
        string entrance, RouteLine line, RouteExample request, string caller, string? token, HttpStatusCode? expected, List<string> wrong, bool found = false, params Someone[] silentAbout)
    {
        using var answer = await market.SendAsync(entrance, request.Method, request.Path, token, request.Body());
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (expected is null ? !IsLetIn(answer, body, found) : answer.StatusCode != expected)
        {
            wrong.Add($"{line.Key} as {caller}: {(int)answer.StatusCode} instead of {(expected is null ? "being let in" : (int)expected)}: {body}");
        }

        if (silentAbout.FirstOrDefault(person => body.Contains(person.Id.ToString(), StringComparison.Ordinal) || body.Contains(person.Email, StringComparison.Ordinal)) is { } told)
        {
            wrong.Add($"{line.Key} as {caller} tells of {told.Username}: {body}");
        }
    }

    // A sign-in that fails is a 401 as well, but none that asks for a token; a password that is asked for once more is a 403, but none about the role.
    private static bool IsLetIn(HttpResponseMessage answer, string body, bool found) => answer.StatusCode switch
    {
        HttpStatusCode.Unauthorized => answer.Headers.WwwAuthenticate.Count == 0,
        HttpStatusCode.Forbidden => body.Contains("reauthentication_required", StringComparison.Ordinal),
        HttpStatusCode.NotFound => !found,
        HttpStatusCode.ServiceUnavailable => body.Contains("google_not_configured", StringComparison.Ordinal),
        >= HttpStatusCode.InternalServerError => false,
        _ => true,
    };
}
