using System.Net;
using Visuels.ServiceDefaults.Hosting;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests;

public class RateLimitTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_request_after_the_last_allowed_one_is_429_with_a_time_to_wait()
    {
        await using var app = await ServiceUnderTest.StartAsync(SampleService.Build, test =>
        {
            test.Settings["RateLimiting:Enabled"] = "true";
            test.Settings["RateLimiting:Scale"] = "1";
            test.Settings["RateLimiting:sign-in"] = "3";
        });

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/limited", Ct)).StatusCode);
        }

        var refused = await app.Anonymous.GetAsync("/limited", Ct);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal("rate_limited", (await refused.ProblemAsync(Ct)).GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/open", Ct)).StatusCode);
    }

    [Fact]
    public async Task Limits_below_one_stop_the_start() =>
        await Assert.ThrowsAsync<StartupException>(() => ServiceUnderTest.StartAsync(SampleService.Build, test =>
        {
            test.Settings["RateLimiting:Enabled"] = "true";
            test.Settings["RateLimiting:sign-in"] = "0";
        }));
}
