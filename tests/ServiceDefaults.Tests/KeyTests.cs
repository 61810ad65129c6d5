using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests;

public class KeyTests
{
    [Fact]
    [Proves(Requirement.ChatSealing)]
    [Proves(Requirement.EventSealing)]
    public void What_is_sealed_opens_only_where_it_belongs()
    {
        var ring = KeyRing.Parse("a.key", KeyRing.NewFile());
        var box = ring.Seal("Grüße", "chat-1", "message-1");

        Assert.Equal("Grüße", ring.Open(box, "chat-1", "message-1"));
        Assert.Null(ring.Open(box, "chat-2", "message-1"));
        Assert.Null(ring.Open(box, "chat-1", "message-2"));
        Assert.Null(KeyRing.Parse("b.key", KeyRing.NewFile()).Open(box, "chat-1", "message-1"));
        Assert.DoesNotContain("Grüße", box, StringComparison.Ordinal);
        Assert.NotEqual(box, ring.Seal("Grüße", "chat-1", "message-1"));
    }

    [Fact]
    [Proves(Requirement.ChatSealing)]
    public void No_two_seals_have_the_same_nonce()
    {
        var ring = KeyRing.Parse("a.key", KeyRing.NewFile());

        var nonces = Enumerable.Range(0, 200_000).AsParallel().Select(_ => ring.Seal("x", "chat-1", "message-1").Split('.')[2]).ToHashSet();

        Assert.Equal(200_000, nonces.Count);
        Assert.All(nonces.Take(100), nonce => Assert.Equal(16, nonce.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("v1.k1..")]
    [InlineData("v1.k1.AAAA.AAAA")]
    [InlineData("v1.k1.!.!")]
    [InlineData("v2.k1.AAAA.AAAA")]
    [InlineData("plain text")]
    public void What_was_never_sealed_does_not_open(string text) =>
        Assert.Null(KeyRing.Parse("a.key", KeyRing.NewFile()).Open(text, "use", "bound"));

    [Fact]
    [Proves(Requirement.ChatSealing)]
    public void A_new_key_seals_while_the_old_one_still_opens()
    {
        var first = KeyRing.NewFile();
        var old = KeyRing.Parse("a.key", first);
        var rotated = KeyRing.Parse("a.key", first + KeyRing.NewFile().Replace("k1", "k2", StringComparison.Ordinal));

        Assert.Equal("text", rotated.Open(old.Seal("text", "use", "bound"), "use", "bound"));
        Assert.StartsWith("v1.k2.", rotated.Seal("text", "use", "bound"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hash_fits_its_text_and_use_only()
    {
        var ring = KeyRing.Parse("a.key", KeyRing.NewFile());
        var hash = ring.Hash("123456", "code-1");

        Assert.True(ring.Matches("123456", "code-1", hash));
        Assert.False(ring.Matches("123457", "code-1", hash));
        Assert.False(ring.Matches("123456", "code-2", hash));
        Assert.False(ring.Matches("123456", "code-1", "nonsense"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("k1 short")]
    [InlineData("k1")]
    [InlineData("k.1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [Proves(Requirement.Secrets)]
    public void A_key_file_that_holds_no_key_stops_the_start(string content) =>
        Assert.Throws<StartupException>(() => KeyRing.Parse("a.key", content));

    [Fact]
    public async Task Many_processes_that_start_at_once_end_up_with_the_same_keys()
    {
        var path = TemporaryFolder.Create("visuels-keys-");

        var keys = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Folder(path, Environments.Development).PrivateKey("order").ExportPkcs8PrivateKeyPem())));

        Assert.Single(keys.Distinct());
        Assert.Equal(["order.pem"], Directory.GetFiles(path).Select(Path.GetFileName));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(path, "order.pem")));
        }
    }

    [Fact]
    [Proves(Requirement.Secrets)]
    public void Production_never_makes_a_key()
    {
        var path = TemporaryFolder.Create("visuels-keys-");

        var refusal = Assert.Throws<StartupException>(() => Folder(path, Environments.Production).PrivateKey("order"));

        Assert.Contains("order.pem", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(path));
    }

    [Fact]
    public void The_operators_step_makes_every_key_that_production_needs()
    {
        var path = TemporaryFolder.Create("visuels-keys-");
        Folder(path, "Setup").MakeMissing();
        var production = Folder(path, Environments.Production);

        Assert.All(TokenRules.Services, service => Assert.NotNull(production.PublicKey(service)));
        Assert.NotNull(production.PrivateKey(KeyFolder.SigningKey));
        Assert.NotNull(production.Ring(KeyFolder.ChatRing));
    }

    private static KeyFolder Folder(string path, string environment) =>
        new(Options.Create(new KeyOptions { Folder = path }), new HostingEnvironment { EnvironmentName = environment });
}
