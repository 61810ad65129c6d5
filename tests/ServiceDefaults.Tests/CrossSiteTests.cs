using System.Net;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

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
    [Proves(Requirement.CrossSite)]
    public async Task A_page_that_is_not_ours_cannot_write_with_a_users_cookie(string? origin, string? fetchSite, int status)
    {
        using var request = Request(HttpMethod.Post, origin, fetchSite);
        request.Headers.Add("Cookie", $"token={app.Service.Keys.AccessToken(ObjectId.GenerateNewId(), Roles.User)}");

        Assert.Equal(status, (int)(await app.Service.Anonymous.SendAsync(request, Ct)).StatusCode);
    }

    [Fact]
    [Proves(Requirement.CrossSite)]
    public async Task Of_every_site_method_and_content_type_only_ours_writes_and_only_JSON()
    {
        foreach (var (origin, fetchSite, isOurs) in new (string?, string?, bool)[] { ("http://localhost:3000", "same-site", true), (null, "same-site", false), ("https://evil.example", "cross-site", false) })
        {
            foreach (var method in new[] { "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" })
            {
                foreach (var type in new[] { "application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x" })
                {
                    using var request = Request(new HttpMethod(method), origin, fetchSite, "/matrix");
                    request.Headers.Add("Cookie", $"token={app.Service.Keys.AccessToken(ObjectId.GenerateNewId(), Roles.User)}");
                    var reads = method is "GET" or "HEAD";
                    if (!reads)
                    {
                        request.Content = new ByteArrayContent("""{"title":"Dusk","price":1,"framed":true}"""u8.ToArray());
                        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
                    }

                    using var answer = await app.Service.Anonymous.SendAsync(request, Ct);

                    var expected = reads ? HttpStatusCode.OK
                        : !isOurs ? HttpStatusCode.Forbidden
                        : type == "application/json" ? HttpStatusCode.OK
                        : HttpStatusCode.UnsupportedMediaType;
                    Assert.True(expected == answer.StatusCode, $"{method} of {type} from {origin ?? fetchSite}: {answer.StatusCode}");
                }
            }
        }
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

    private HttpRequestMessage Request(HttpMethod method, string? origin, string? fetchSite, string path = "/me")
    {
        var request = new HttpRequestMessage(method, path);
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
