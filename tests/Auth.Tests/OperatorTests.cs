using Microsoft.Extensions.Logging;
using MongoDB.Driver;
using Visuels.Auth.Operator;
using Visuels.Contracts.Accounts;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

public sealed class OperatorTests(AuthApp app) : IClassFixture<AuthApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_operator_makes_an_administrator()
    {
        var member = await app.Join();

        var (code, output) = await Run("admins", "add", $" {member.Person.Email.ToUpperInvariant()}");

        Assert.Equal(0, code);
        Assert.Contains("administrator", output, StringComparison.Ordinal);
        using var signIn = await app.SignIn(member.Person.Email, member.Person.Password);
        Assert.Equal("ADMIN", (await signIn.Should(HttpStatusCode.OK)).GetProperty("user").Text("role"));
        // The command only writes; the running service publishes, at its next look.
        await app.Next<UserUpdated>(e => e.UserId == member.Id.ToString() && e.Role == "ADMIN");
    }

    [Fact]
    [Proves(Requirement.Revocation), Proves("T13")]
    public async Task The_operator_blocks_and_unblocks_an_account()
    {
        var member = await app.Join();

        Assert.Equal(0, (await Run("users", "block", member.Person.Email)).Code);
        using var refused = await app.SignIn(member.Person.Email, member.Person.Password);
        using var refresh = await app.Post("/refresh", new { member.RefreshToken });
        await refused.Refuses(HttpStatusCode.Forbidden, "account_blocked");
        await refresh.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        // The command only writes; the running service publishes, at its next look.
        await app.Next<SessionsRevoked>(e => e.UserId == member.Id.ToString() && e.EndedBelow == e.Generation);
        await app.Until(async () => (await member.Http.GetAsync("/api/v1/auth/me", Ct)).StatusCode == HttpStatusCode.Unauthorized, "the access token is refused");

        Assert.Equal(0, (await Run("users", "unblock", member.Person.Email)).Code);
        using var admitted = await app.SignIn(member.Person.Email, member.Person.Password);
        await admitted.Should(HttpStatusCode.OK);
    }

    [Fact]
    [Proves(Requirement.Logs)]
    public async Task What_the_operator_does_is_noted_by_id_and_without_the_address()
    {
        var member = await app.Join();
        using var logs = new CapturedLogs();

        foreach (var command in new[] { new[] { "admins", "add" }, ["users", "block"], ["users", "unblock"] })
        {
            await Run(app, logs, [.. command, member.Person.Email]);
        }

        var events = logs.Lines.Where(line => line.StartsWith("Visuels.Security: ", StringComparison.Ordinal)).Select(line => line.Trim()).ToList();
        Assert.Equal(
            [
                $"Visuels.Security: RoleChanged who={member.Id} from=- detail=ADMIN",
                $"Visuels.Security: BlockChanged who={member.Id} from=- detail=blocked",
                $"Visuels.Security: BlockChanged who={member.Id} from=- detail=let in again",
            ],
            events);
        Assert.DoesNotContain(logs.Lines, line => line.Contains(member.Person.Email, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_cannot_be_done_says_why()
    {
        var (unknown, why) = await Run("users", "block", "nobody@example.com");
        var (misspelt, usage) = await Run("users", "delete", "nobody@example.com");
        var (incomplete, _) = await Run("admins", "add");

        Assert.Equal((1, 2, 2), (unknown, misspelt, incomplete));
        Assert.Contains("no account", why, StringComparison.Ordinal);
        Assert.Contains("Usage", usage, StringComparison.Ordinal);
        Assert.True(OperatorCommands.Concerns(["admins"]));
        Assert.False(OperatorCommands.Concerns(["--urls=http://localhost:1"]));
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_one_line()
    {
        var (code, output) = await Run("users", "block", "a@example.com", "--ConnectionStrings:Mongo=mongodb://127.0.0.1:1");

        Assert.Equal(1, code);
        Assert.Contains("MongoDB", output, StringComparison.Ordinal);
    }

    private Task<(int Code, string Output)> Run(params string[] args) => Run(app, args);

    internal static Task<(int Code, string Output)> Run(AuthApp app, params string[] args) => Run(app, null, args);

    private static async Task<(int Code, string Output)> Run(AuthApp app, CapturedLogs? logs, params string[] args)
    {
        using var output = new StringWriter();
        var prefix = app.Service.Database.DatabaseNamespace.DatabaseName[..^"visuels-auth".Length];
        var hasStore = args.Any(arg => arg.StartsWith("--ConnectionStrings:Mongo", StringComparison.Ordinal));
        var code = await OperatorCommands.RunAsync(
            [
                .. args,
                .. hasStore ? Array.Empty<string>() : [$"--ConnectionStrings:Mongo={await TestStore.ConnectionStringAsync()}"],
                $"--Mongo:DatabasePrefix={prefix}",
                $"--Keys:Folder={app.Service.Keys.Folder}",
                $"--Images:Folder={Path.Combine(app.Service.Keys.Folder, "images")}",
                "--environment=Development",
            ],
            configuration => AuthService.Build(configuration, builder => builder.Logging.AddProvider(logs ?? new CapturedLogs())),
            output,
            output,
            Ct);
        return (code, output.ToString());
    }
}
