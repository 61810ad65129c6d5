using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary><c>routes.md</c> lists the routes that there are.</summary>
[Proves(Requirement.Roles)]
[Collection<SharedMarket>]
public sealed class RouteFileTests(Market market)
{
    public static TheoryData<string> Services => [.. SixServices.Names];

    [Theory]
    [MemberData(nameof(Services))]
    public void Every_route_has_its_line_and_every_line_its_route(string service)
    {
        var mapped = RouteTable.Mapped(service, market[service]);
        var lines = RouteTable.Of(service);

        Assert.Equal(lines.Count, lines.DistinctBy(line => line.Key).Count());
        var missing = mapped.Keys.Except(lines.Select(line => line.Key)).Order(StringComparer.Ordinal).ToList();
        Assert.True(missing.Count == 0, "Add to tests/EndToEnd.Tests/Access/routes.md, and say who may call them:\n"
            + string.Join('\n', missing.Select(key => Suggestion(key, mapped[key]))));
        var gone = lines.Select(line => line.Key).Except(mapped.Keys).ToList();
        Assert.True(gone.Count == 0, "These lines of routes.md name no route; take them out:\n" + string.Join('\n', gone));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Every_route_says_for_itself_who_may_call_it_and_how_often(string service)
    {
        Assert.Empty(AuthorizationWalk.Undecided(market[service]));
        foreach (var (key, endpoint) in RouteTable.Endpoints(service, market[service]))
        {
            var line = RouteTable.Lines.Single(line => line.Key == key);
            Assert.True(line.Limit == endpoint.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName, $"The rate limit of '{key}' is another than in routes.md.");
            Assert.True(line.IsForAnyone == (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null), $"'{key}' is not for 'anyone', or is and the file does not say so.");
            var services = endpoint.Metadata.GetMetadata<AllowedServices>()?.Names ?? [];
            Assert.True(line.Services.ToHashSet().SetEquals(services), $"'{key}' lets in {string.Join(", ", services)}: write that into routes.md.");
        }
    }

    [Fact]
    public void What_anyone_can_make_a_service_write_or_search_is_limited_and_what_is_internal_is_not_for_anyone()
    {
        Assert.DoesNotContain(RouteTable.Lines, line => line is { Service: not "gateway", IsInternal: false, Limit: null } && IsWriting(line) && line.Path != "/hub/negotiate");
        Assert.DoesNotContain(RouteTable.Lines, line => line.IsInternal && (line.IsForAnyone || line.LetsIn("USER") || line.LetsIn("ARTIST")));
    }

    private static string Suggestion(string key, Endpoint endpoint)
    {
        var parts = key.Split(' ', 3);
        var services = endpoint.Metadata.GetMetadata<AllowedServices>()?.Names ?? [];
        var who = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null ? "anyone" : services.Count > 0 ? string.Join(", ", IsForOperators(endpoint) ? [Roles.Admin, .. services] : services) : "USER? ARTIST? ADMIN? own?";
        return $"| {parts[0]} | {parts[1]} | `{parts[2]}` | {who} | {endpoint.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName ?? "-"} |";
    }

    private static bool IsForOperators(Endpoint endpoint) => endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy == Policies.AdminOrService;

    private static bool IsWriting(RouteLine line) => line.Method is "POST" or "PUT" or "PATCH" or "DELETE";
}
