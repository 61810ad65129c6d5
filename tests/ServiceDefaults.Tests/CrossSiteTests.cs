using System.Net;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults.Tests;

public class CrossSiteTests(SampleApp app) : IClassFixture<SampleApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://localhost:3000", "same-site", 200)]
    [InlineData("http://localhost:4000", null, 200)]
    [InlineData("self", "same-origin", 200)]
    [InlineData("https://evil.example", "same-origin", 403)]
    [InlineData("null", "cross-site", 403)]
    [InlineData("http://localhost:3000.evil.example", null, 403)]
    [InlineData("http://localhost:3001", "same-site", 403)]
    [InlineData(null, "cross-site", 403)]
    [InlineData(null, "same-site", 403)]
    [InlineData(null, "none", 403)]
    [InlineData(null, "same-origin", 200)]
    [InlineData(null, null, 200)]
    public async Task A_page_that_is_not_ours_cannot_write_with_a_users_cookie(string? origin, string? fetchSite, int status)
    {
        using var request = Request(HttpMethod.Post, origin, fetchSite);
        request.Headers.Add("Cookie", $"token={app.Service.Keys.AccessToken(ObjectId.GenerateNewId(), Roles.User)}");

        Assert.Equal(status, (int)(await app.Service.Anonymous.SendAsync(request, Ct)).StatusCode);
    }

    [Fact]
    public async Task Reading_and_bearer_tokens_are_not_its_business()
    {
        using var reading = Request(HttpMethod.Get, "https://evil.example", "cross-site");
        reading.Headers.Add("Cookie", $"token={app.Service.Keys.AccessToken(ObjectId.GenerateNewId(), Roles.User)}");
        Assert.Equal(HttpStatusCode.OK, (await app.Service.Anonymous.SendAsync(reading, Ct)).StatusCode);

        using var bearer = Request(HttpMethod.Post, "https://app.example", "cross-site");
        Assert.Equal(HttpStatusCode.OK, (await app.Service.As(ObjectId.GenerateNewId(), Roles.User).SendAsync(bearer, Ct)).StatusCode);
    }

    private HttpRequestMessage Request(HttpMethod method, string? origin, string? fetchSite)
    {
        var request = new HttpRequestMessage(method, "/me");
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin == "self" ? app.Service.Address.GetLeftPart(UriPartial.Authority) : origin);
        }

        if (fetchSite is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", fetchSite);
        }

        return request;
    }
}
