using Microsoft.Extensions.DependencyInjection;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

[Proves(Requirement.HashFence)]
public sealed class HashFenceTests(HashFenceTests.FencedApp app) : IClassFixture<HashFenceTests.FencedApp>
{
    private const int Waiting = 50;

    [Fact]
    public async Task While_two_hundred_sign_in_at_once_the_rest_of_the_service_answers()
    {
        var member = await app.Join();
        var passwords = app.Service.Services.GetRequiredService<Passwords.Passwords>();
        // Both places are taken, as by hashes that do not end.
        var turns = await Task.WhenAll(Enumerable.Range(0, Passwords.Passwords.AtOnce).Select(_ => passwords.TakeTurnAsync(TestContext.Current.CancellationToken)));

        var storm = Enumerable.Range(0, 200).Select(_ => app.SignIn(AuthApp.Someone().Email, "not the password")).ToList();
        List<Task<HttpResponseMessage>> waiting;
        try
        {
            await Eventually.Until(() => storm.Count(signIn => signIn.IsCompleted) == 200 - Waiting, "those who find no room are sent away");
            await Answers(member);
            waiting = storm.Where(signIn => !signIn.IsCompleted).ToList();
            Assert.Equal(Waiting, waiting.Count);
            foreach (var sentAway in storm.Except(waiting))
            {
                await (await sentAway).Refuses(HttpStatusCode.ServiceUnavailable, "busy");
                Assert.NotNull((await sentAway).Headers.RetryAfter);
            }
        }
        finally
        {
            // Also when something is wrong: nobody is to wait for ever.
            Array.ForEach(turns, turn => turn.Dispose());
        }

        while (!waiting.TrueForAll(signIn => signIn.IsCompleted))
        {
            await Answers(member);
        }

        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
    }

    private static async Task Answers(Member member)
    {
        using var me = await member.Http.Get("/api/v1/auth/me");
        await me.Should(HttpStatusCode.OK);
    }

    public sealed class FencedApp : AuthApp
    {
        public override void Prepare(TestSetup test)
        {
            test.Settings["Auth:PasswordIterations"] = "100000";
            test.Settings["Auth:PasswordQueue"] = $"{Waiting}";
        }
    }
}
