using System.Net;
using System.Net.Http.Headers;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Limits;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>Every limited route of <c>routes.md</c> refuses the request after the last allowed one.</summary>
[Proves(Requirement.RateLimits)]
public sealed class RateLimitTests(RateLimitTests.TwoEach services) : IClassFixture<RateLimitTests.TwoEach>
{
    private const int Allowed = 2;
    private const int Rush = 50;

    private static int _callers;

    public static TheoryData<string> Limited => [.. RouteTable.Lines.Where(line => line.Limit is not null).Select(line => line.Key)];

    public static TheoryData<string> LimitedForAnyone => [.. RouteTable.Lines.Where(line => line is { Limit: not null, IsForAnyone: true }).Select(line => line.Key)];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Limited))]
    public async Task The_request_after_the_last_allowed_one_is_told_when_to_come_again(string route)
    {
        var line = RouteTable.Lines.Single(line => line.Key == route);
        var (one, other) = (Caller(line), Caller(line));
        for (var i = 0; i < Allowed; i++)
        {
            using var allowed = await SendAsync(line, one);
            Assert.NotEqual(HttpStatusCode.TooManyRequests, allowed.StatusCode);
        }

        // Of what counts by the second, a busy machine may let some pass a second later; never all that come at once.
        var answers = await Task.WhenAll(Enumerable.Range(0, line.Limit == RateLimits.Message ? Rush : 1).Select(_ => SendAsync(line, one)));
        using var refused = Assert.Single(answers.DistinctBy(answer => answer.StatusCode), answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.True(refused.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        Assert.Contains("\"code\":\"rate_limited\"", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        using var anothers = await SendAsync(line, other);
        Assert.NotEqual(HttpStatusCode.TooManyRequests, anothers.StatusCode);
    }

    [Theory]
    [MemberData(nameof(LimitedForAnyone))]
    public async Task Who_comes_through_the_Gateway_is_counted_by_the_address_they_come_from_whatever_they_claim(string route)
    {
        var line = RouteTable.Lines.Single(line => line.Key == route);
        for (var i = 0; i < Allowed; i++)
        {
            using var before = await ClaimAsync();
        }

        using var refused = await ClaimAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);

        async Task<HttpResponseMessage> ClaimAsync()
        {
            var claimed = $"203.0.113.{Interlocked.Increment(ref _callers) % 250}";
            var example = RouteExamples.OfNothing(line);
            using var request = new HttpRequestMessage(example.Method, services.AddressOf("gateway").GetLeftPart(UriPartial.Authority) + example.Path);
            request.Headers.Add("X-Forwarded-For", claimed);
            request.Headers.Add("Forwarded", $"for={claimed}");
            request.Headers.Add("X-Real-IP", claimed);
            return await services.Http.SendAsync(request, Ct);
        }
    }

    /// <summary>Somebody who has not asked yet: a user where the route is for users, else an address, as the Gateway tells it.</summary>
    private (string? Token, string Address) Caller(RouteLine line) => (
        line.IsForAnyone ? null : services.Keys.AccessToken(ObjectId.GenerateNewId(), line.RolesLetIn.First()),
        $"198.51.{Interlocked.Increment(ref _callers) / 250}.{_callers % 250}");

    private async Task<HttpResponseMessage> SendAsync(RouteLine line, (string? Token, string Address) caller)
    {
        var example = RouteExamples.OfNothing(line);
        using var request = new HttpRequestMessage(example.Method, services.AddressOf(line.Service).GetLeftPart(UriPartial.Authority) + example.Path);
        request.Headers.Add("X-Forwarded-For", caller.Address);
        request.Headers.Authorization = caller.Token is null ? null : new AuthenticationHeaderValue("Bearer", caller.Token);
        return await services.Http.SendAsync(request, Ct);
    }

    /// <summary>Six services that allow two requests of each kind.</summary>
    public sealed class TwoEach : SixServices
    {
        protected override void Prepare(Dictionary<string, string?> settings)
        {
            settings["RateLimiting:Enabled"] = "true";
            settings["RateLimiting:Scale"] = "1";
            foreach (var limit in RouteTable.Lines.Select(line => line.Limit).OfType<string>().Distinct())
            {
                settings[$"RateLimiting:{limit}"] = $"{Allowed}";
            }
        }
    }
}
