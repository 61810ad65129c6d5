using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests;

public sealed class RequestBoundTests
{
    private int _hanging;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_that_takes_too_long_gets_an_answer_and_a_time_to_try_again()
    {
        await using var app = await StartAsync(("Requests:Timeout", "00:00:00.2"));

        using var answer = await app.Anonymous.GetAsync("/hangs", Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("dependency_unavailable", (await answer.ProblemAsync(Ct)).GetProperty("code").GetString());
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task One_request_too_many_is_refused_at_once_and_health_checks_never_are()
    {
        await using var app = await StartAsync(("Requests:Concurrent", "2"));
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var waiting = new[] { app.Anonymous.GetAsync("/hangs", leaving.Token), app.Anonymous.GetAsync("/hangs", leaving.Token) };

        await Eventually.Until(() => _hanging == 2, "both requests are under way");

        using var refused = await app.Anonymous.GetAsync("/open", Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("overloaded", (await refused.ProblemAsync(Ct)).GetProperty("code").GetString());
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/health/ready", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous.GetAsync("/health/live", Ct)).StatusCode);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));
        await Eventually.Until(async () => (await app.Anonymous.GetAsync("/open", Ct)).IsSuccessStatusCode, "there is room again");
    }

    private Task<ServiceUnderTest> StartAsync(params (string Key, string Value)[] settings) => ServiceUnderTest.StartAsync(
        (args, configure) =>
        {
            var app = SampleService.Build(args, configure);
            app.MapGet("/hangs", (HttpContext context) =>
            {
                Interlocked.Increment(ref _hanging);
                return Task.Delay(Timeout.Infinite, context.RequestAborted);
            }).AllowAnonymous();
            return app;
        },
        test =>
        {
            foreach (var (key, value) in settings)
            {
                test.Settings[key] = value;
            }
        });
}
