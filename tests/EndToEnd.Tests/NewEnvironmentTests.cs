using System.Diagnostics;
using System.Text.RegularExpressions;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests;

/// <summary>What <c>deploy/new-env.sh</c> writes is what docker-compose.yml asks for, with secrets in files only.</summary>
public sealed partial class NewEnvironmentTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("visuels-deploy-");

    [Fact]
    [Proves(Requirement.Secrets)]
    public async Task Broker_and_services_get_the_same_drawn_password_in_files_and_the_environment_gets_none()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for the machine that runs the containers.");
        Assert.Equal(0, await RunAsync());

        var password = BrokerPassword().Match(Read("secrets/rabbitmq.conf")).Groups[1].Value;
        Assert.True(password.Length >= 32);
        Assert.Equal($"amqp://visuels:{password}@rabbitmq:5672/", Read("secrets/ConnectionStrings__RabbitMq"));
        Assert.DoesNotContain(password, Read(".env"), StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?im)^\w*(password|secret|private)\w*=", Read(".env"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, Mode("secrets"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(".env"));
    }

    [Fact]
    [Proves(Requirement.Containers)]
    public async Task Every_variable_that_compose_demands_and_every_secret_that_it_names_is_there()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for the machine that runs the containers.");
        Assert.Equal(0, await RunAsync());
        var compose = Delivered("docker-compose.yml");

        var demanded = DemandedVariables().Matches(compose).Select(match => match.Groups[1].Value).Distinct().ToList();
        var secrets = SecretFiles().Matches(compose).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(demanded);
        Assert.All(demanded, name => Assert.Matches($"(?m)^{name}=.", Read(".env")));
        Assert.Equal(secrets.Order(StringComparer.Ordinal), Directory.GetFiles(PathOf("secrets")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_second_run_overwrites_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for the machine that runs the containers.");
        await RunAsync();
        var before = Read("secrets/rabbitmq.conf");

        Assert.Equal(1, await RunAsync());
        Assert.Equal(before, Read("secrets/rabbitmq.conf"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<int> RunAsync()
    {
        Directory.CreateDirectory(PathOf("deploy"));
        await File.WriteAllTextAsync(PathOf("deploy/new-env.sh"), Delivered("new-env.sh"), TestContext.Current.CancellationToken);
        using var script = Process.Start(new ProcessStartInfo("bash", [PathOf("deploy/new-env.sh")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(
            script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
            script.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken),
            script.WaitForExitAsync(TestContext.Current.CancellationToken));
        return script.ExitCode;
    }

    private UnixFileMode Mode(string name) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(PathOf(name));

    private string Read(string name) => File.ReadAllText(PathOf(name));

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private static string Delivered(string name)
    {
        using var file = new StreamReader(typeof(NewEnvironmentTests).Assembly.GetManifestResourceStream(name)!);
        return file.ReadToEnd();
    }

    [GeneratedRegex(@"^default_user = visuels\ndefault_pass = ([0-9a-f]+)\n$")]
    private static partial Regex BrokerPassword();

    [GeneratedRegex(@"\$\{(\w+):\?")]
    private static partial Regex DemandedVariables();

    [GeneratedRegex(@"file: \./secrets/(\S+)")]
    private static partial Regex SecretFiles();
}
