using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Visuels.Auth.Keys;
using Visuels.Auth.Operator;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Another key for access tokens, while the service runs.</summary>
[Proves(Requirement.KeyRotation)]
public sealed class KeyRotationTests : IAsyncLifetime
{
    private readonly AuthApp _app = new();

    private string Folder => _app.Service.Keys.Folder;

    public ValueTask InitializeAsync() => _app.InitializeAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task The_next_key_is_published_a_quarter_of_an_hour_before_it_signs_and_the_old_one_as_long_afterwards()
    {
        var member = await _app.Join();
        var old = Assert.Single(await PublishedAsync());

        var (code, output) = await Run("rotate");

        Assert.Equal(0, code);
        Assert.Contains("signs in 20 minutes", output, StringComparison.Ordinal);
        var signedBy = new List<(int Minute, string KeyId, IReadOnlyList<string> Published)>();
        for (var minute = 1; minute < 60; minute++)
        {
            _app.Clock.Advance(TimeSpan.FromMinutes(1));
            signedBy.Add((minute, await SignedByAsync(member), await PublishedAsync()));
        }

        var next = signedBy[^1].KeyId;
        Assert.NotEqual(old, next);
        var first = signedBy.First(s => s.KeyId == next).Minute;
        Assert.All(signedBy, s => Assert.Contains(s.KeyId, s.Published));
        Assert.All(signedBy.Where(s => s.Minute >= first - 15), s => Assert.Contains(next, s.Published));
        Assert.All(signedBy.Where(s => s.Minute < first), s => Assert.Equal(old, s.KeyId));
        Assert.All(signedBy.Where(s => s.Minute >= first), s => Assert.Equal(next, s.KeyId));
        Assert.All(signedBy.Where(s => s.Minute <= first + 15), s => Assert.Contains(old, s.Published));
        Assert.Equal([next], signedBy[^1].Published);
    }

    [Fact]
    public async Task Tokens_of_the_old_key_are_good_until_they_end()
    {
        var member = await _app.Join();
        await Run("rotate");
        _app.Clock.Advance(TimeSpan.FromMinutes(19));
        using var refreshed = await _app.Post("/refresh?tokens=true", new { member.RefreshToken });
        using var before = _app.Service.Client((await refreshed.Should(HttpStatusCode.OK)).Text("accessToken"));

        for (var minute = 0; minute < 10; minute++)
        {
            using var me = await before.Get("/api/v1/auth/me");
            await me.Should(HttpStatusCode.OK);
            _app.Clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    [Fact]
    public async Task Rotating_again_while_a_key_waits_changes_nothing()
    {
        await Run("rotate");
        var files = Files();

        var (code, output) = await Run("rotate");

        Assert.Equal(0, code);
        Assert.Contains("next key already", output, StringComparison.Ordinal);
        Assert.Equal(files, Files());
        Assert.Equal(2, files.Count);
    }

    [Fact]
    public async Task A_key_that_is_over_is_deleted_by_the_rotation_after_next()
    {
        await Run("rotate");
        _app.Clock.Advance(TimeSpan.FromHours(1));
        var (_, listed) = await Run("list");
        await Run("rotate");

        Assert.Contains("auth-signing is over", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("auth-signing", Files());
        Assert.Equal(2, Files().Count);
        _app.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, (await PublishedAsync()).Count);
        Assert.Contains(await SignedByAsync(await _app.Join()), await PublishedAsync());
    }

    [Fact]
    public async Task What_is_no_key_is_left_out_and_the_others_go_on()
    {
        var member = await _app.Join();
        await File.WriteAllTextAsync(Path.Combine(Folder, SigningKey.NameFor(_app.Clock.GetUtcNow()) + ".pem"), "not a key", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(Folder, "auth-signing-soon.pem"), ECDsa.Create().ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        _app.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal([_app.Service.Keys.KeyId], await PublishedAsync());
        Assert.Equal(_app.Service.Keys.KeyId, await SignedByAsync(member));
    }

    [Fact]
    public async Task A_command_that_cannot_be_done_says_why()
    {
        using var output = new StringWriter();
        var empty = TemporaryFolder.Create("visuels-keys-");

        Assert.Equal(2, await KeyCommands.RunAsync(["keys", "rotat"], _app.Clock, output, output));
        Assert.Equal(1, await KeyCommands.RunAsync(["keys", "rotate", $"--Keys:Folder={empty}"], _app.Clock, output, output));

        Assert.Contains("Usage", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("no signing key", output.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(empty));
        Assert.True(OperatorCommands.Concerns(["keys", "rotate"]));
    }

    private async Task<(int Code, string Output)> Run(string verb)
    {
        using var output = new StringWriter();
        var code = await KeyCommands.RunAsync(["keys", verb, $"--Keys:Folder={Folder}"], _app.Clock, output, output);
        return (code, output.ToString());
    }

    private async Task<string> SignedByAsync(Member member)
    {
        using var signIn = await _app.SignIn(member.Person.Email, member.Person.Password);
        return new JsonWebToken((await signIn.Should(HttpStatusCode.OK)).Text("accessToken")).Kid;
    }

    private async Task<IReadOnlyList<string>> PublishedAsync()
    {
        using var answer = await _app.Http.Get("/.well-known/jwks.json");
        return [.. (await answer.Should(HttpStatusCode.OK)).GetProperty("keys").EnumerateArray().Select(key => key.Text("kid"))];
    }

    private List<string> Files() => [.. Directory.GetFiles(Folder, KeyFolder.SigningKey + "*.pem").Select(path => Path.GetFileNameWithoutExtension(path)!).Order()];
}
