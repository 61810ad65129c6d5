using System.Diagnostics;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

[Proves(Requirement.HashFence)]
public sealed class HashFenceTests(HashFenceTests.FencedApp app) : IClassFixture<HashFenceTests.FencedApp>
{
    [Fact]
    public async Task While_two_hundred_sign_in_at_once_the_rest_of_the_service_answers()
    {
        var member = await app.Join();
        var storm = Enumerable.Range(0, 200).Select(_ => app.SignIn(AuthApp.Someone().Email, "not the password")).ToList();
        var done = Task.WhenAll(storm);
        var times = new List<TimeSpan>();

        while (times.Count < 10 || !done.IsCompleted)
        {
            var watch = Stopwatch.StartNew();
            using var me = await member.Http.Get("/api/v1/auth/me");
            times.Add(watch.Elapsed);
            await me.Should(HttpStatusCode.OK);
        }

        var answers = await done;
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.ServiceUnavailable, $"{answer.StatusCode}"));
        var sentAway = answers.Where(answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable).ToList();
        Assert.InRange(sentAway.Count, 50, 200 - Passwords.Passwords.AtOnce);
        Assert.All(sentAway, answer => Assert.NotNull(answer.Headers.RetryAfter));
        await sentAway[0].Refuses(HttpStatusCode.ServiceUnavailable, "busy");
        times.Sort();
        TestContext.Current.SendDiagnosticMessage("GET /me: {0} times, median {1:N0} ms, p99 {2:N0} ms", times.Count, times[times.Count / 2].TotalMilliseconds, times[(int)(times.Count * 0.99)].TotalMilliseconds);
        // Had it to wait for hashes, each would take the whole storm.
        Assert.InRange(times[times.Count / 2], TimeSpan.Zero, TimeSpan.FromMilliseconds(250));
    }

    public sealed class FencedApp : AuthApp
    {
        public override void Prepare(TestSetup test)
        {
            test.Settings["Auth:PasswordIterations"] = "100000";
            test.Settings["Auth:PasswordQueue"] = "50";
        }
    }
}
