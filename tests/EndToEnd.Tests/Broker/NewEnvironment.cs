using System.Diagnostics;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests.Broker;

/// <summary>A folder with what is delivered for it, in which <c>deploy/new-env.sh</c> is run.</summary>
internal sealed class NewEnvironment
{
    private readonly string _folder = TemporaryFolder.Create("visuels-deploy-");

    public static string Delivered(string name)
    {
        using var file = new StreamReader(typeof(NewEnvironment).Assembly.GetManifestResourceStream(name)!);
        return file.ReadToEnd();
    }

    /// <returns>The script's exit code.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for the machine that runs the containers.");
        Directory.CreateDirectory(PathOf("deploy"));
        await File.WriteAllTextAsync(PathOf("deploy/new-env.sh"), Delivered("new-env.sh"), ct);
        using var script = Process.Start(new ProcessStartInfo("bash", [PathOf("deploy/new-env.sh")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(script.StandardOutput.ReadToEndAsync(ct), script.StandardError.ReadToEndAsync(ct), script.WaitForExitAsync(ct));
        return script.ExitCode;
    }

    public string PathOf(string name) => Path.Combine(_folder, name);

    public string Read(string name) => File.ReadAllText(PathOf(name));

    /// <summary>What a user of the broker signs in with, <c>user:password</c>.</summary>
    public string BrokerUser(string user) => new Uri(Read($"secrets/{user}.ConnectionStrings__RabbitMq")).UserInfo;
}
