using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

public sealed class SurfaceTests(AuthApp app) : IClassFixture<AuthApp>
{
    [Fact]
    public void Every_endpoint_says_who_may_call_it() => Assert.Empty(AuthorizationWalk.Undecided(app.Service.App));

    [Fact]
    public async Task The_OpenAPI_document_names_the_routes()
    {
        using var response = await app.Http.Get("/swagger/v1/swagger.json");

        var document = await response.Should(HttpStatusCode.OK);
        Assert.Equal("Visuels Auth", document.GetProperty("info").Text("title"));
        var paths = document.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToList();
        foreach (var path in new[]
        {
            "/api/v1/auth/email-signup", "/api/v1/auth/email-verify", "/api/v1/auth/email-resend-otp", "/api/v1/auth/email-signin", "/api/v1/auth/refresh",
            "/api/v1/auth/second-factor", "/api/v1/auth/second-factor/verify", "/api/v1/auth/signout",
            "/api/v1/auth/password", "/api/v1/auth/password/forgot", "/api/v1/auth/password/reset", "/api/v1/auth/me", "/api/v1/auth/google", "/api/v1/auth/artists", "/api/v1/auth/artists/{username}",
            "/api/v1/user/profile/me", "/api/v1/user/profile/update", "/api/v1/artist/profile/me", "/api/v1/artist/profile/create",
            "/api/v1/artist/profile/update", "/.well-known/jwks.json",
        })
        {
            Assert.Contains(path, paths);
        }
    }

    [Theory]
    [InlineData("/email-signup", 5)]
    [InlineData("/email-signin", 30)]
    [InlineData("/email-verify", 10)]
    [InlineData("/email-resend-otp", 20)]
    [InlineData("/refresh", 60)]
    [InlineData("/password/forgot", 20)]
    [InlineData("/password/reset", 10)]
    [Proves(Requirement.BruteForce)]
    [Proves(Requirement.RateLimits)]
    public async Task Whoever_tries_too_often_has_to_wait(string path, int allowed)
    {
        await using var limited = new LimitedApp();
        await limited.InitializeAsync();

        // All at once: however slow the machine is, the window does not move on meanwhile.
        var answers = await Task.WhenAll(Enumerable.Range(0, allowed + 1).Select(_ => limited.Http.PostRaw("/api/v1/auth" + path, "{}")));

        var refused = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        await refused.Refuses(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.NotNull(refused.Headers.RetryAfter);
    }

    private sealed class LimitedApp : AuthApp
    {
        public override void Prepare(TestSetup test)
        {
            test.Settings["RateLimiting:Enabled"] = "true";
            test.Settings["RateLimiting:Scale"] = "1";
        }
    }
}
