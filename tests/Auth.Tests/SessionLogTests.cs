using Microsoft.Extensions.Logging;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Auth with all its logs kept.</summary>
public sealed class LoggedAuth : AuthApp
{
    public CapturedLogs Logs { get; } = new();

    public override void Prepare(TestSetup test) => test.Configure =
        builder => builder.Logging.ClearProviders().AddProvider(Logs).SetMinimumLevel(LogLevel.Debug);
}

[Proves(Requirement.Logs)]
public sealed class SessionLogTests(LoggedAuth app) : IClassFixture<LoggedAuth>
{
    [Fact]
    public async Task Sessions_that_begin_are_ended_or_have_been_stolen_are_noted_without_a_token()
    {
        var member = await app.Join();
        using var ended = await member.Http.DeleteAsync("/api/v1/auth/sessions", TestContext.Current.CancellationToken);
        using var first = await app.Post("/refresh?tokens=true", new { member.RefreshToken });
        var next = (await first.Should(HttpStatusCode.OK)).Text("refreshToken");
        app.Clock.Advance(TimeSpan.FromSeconds(11));
        using var again = await app.Post("/refresh?tokens=true", new { member.RefreshToken });

        var lines = app.Logs.Lines.Where(line => line.StartsWith("Visuels.Security: ", StringComparison.Ordinal) && line.Contains(member.Id.ToString(), StringComparison.Ordinal)).ToList();
        Assert.Contains(lines, line => line.Contains("SignedIn", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("SessionsEnded", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("RefreshTokenReused", StringComparison.Ordinal));
        foreach (var secret in new[] { member.RefreshToken, next, member.Http.DefaultRequestHeaders.Authorization!.Parameter! })
        {
            Assert.DoesNotContain(app.Logs.Lines, line => line.Contains(secret.Split('.')[1], StringComparison.Ordinal));
        }
    }
}
