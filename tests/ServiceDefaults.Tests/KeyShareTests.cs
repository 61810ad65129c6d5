using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests;

/// <summary>What each container finds in its own folder of keys.</summary>
public sealed class KeyShareTests
{
    private readonly string _keys = TemporaryFolder.Create("visuels-keys-");
    private readonly string _shares = TemporaryFolder.Create("visuels-shares-");

    [Theory]
    [InlineData("product")]
    [InlineData("order")]
    [InlineData("chat", "chat.key")]
    [InlineData("jobs", "sealing.key")]
    [Proves(Requirement.Secrets)]
    public void A_service_has_its_own_private_key_and_nobody_elses(string service, params string[] more)
    {
        Make();

        var secret = Directory.GetFiles(Path.Combine(_shares, service)).Select(Path.GetFileName).Where(file => !file!.EndsWith(".pub.pem", StringComparison.Ordinal));
        Assert.Equal([$"{service}.pem", .. more], secret.Order(StringComparer.Ordinal).OrderBy(file => more.Contains(file)));

        var production = Folder(Path.Combine(_shares, service), Environments.Production);
        Assert.NotNull(production.PrivateKey(service));
        Assert.All(TokenRules.Services, one => Assert.NotNull(production.PublicKey(one)));
        Assert.Throws<StartupException>(() => production.PrivateKey(KeyFolder.SigningKey));
    }

    [Fact]
    public void Auth_has_no_copy_for_it_has_the_folder()
    {
        Make();

        Assert.False(Directory.Exists(Path.Combine(_shares, "auth")));
    }

    [Fact]
    [Proves(Requirement.Secrets)]
    public void A_key_that_was_replaced_reaches_its_service_with_the_next_run_and_stays_its_owners_only()
    {
        Make();
        File.AppendAllText(Path.Combine(_keys, KeyFolder.ChatRing), "next AAAA");

        KeyShares.Write(_keys, _shares);

        var copy = Path.Combine(_shares, "chat", KeyFolder.ChatRing);
        Assert.Equal(File.ReadAllText(Path.Combine(_keys, KeyFolder.ChatRing)), File.ReadAllText(copy));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));
        }
    }

    private void Make()
    {
        Folder(_keys, "Setup").MakeMissing();
        KeyShares.Write(_keys, _shares);
    }

    private static KeyFolder Folder(string path, string environment) =>
        new(Options.Create(new KeyOptions { Folder = path }), new HostingEnvironment { EnvironmentName = environment });
}
