using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Visuels.EmbeddedMongo.Tests.Clients;

/// <summary>The clients of package.json, installed once per machine and version list, and run against a server.</summary>
internal static class NodeClients
{
    private static readonly string Sources = Path.Combine(AppContext.BaseDirectory, "Clients");
    private static readonly TimeSpan InstallTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RunTimeout = TimeSpan.FromMinutes(10);
    private static readonly Lazy<Task<string>> Installed = new(InstallAsync);

    /// <summary>Runs a client and returns how it ended and what it said.</summary>
    /// <param name="command">The program and its arguments; <c>{bin}</c> stands for the folder of installed programs.</param>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] command)
    {
        var folder = await Installed.Value;
        var run = Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName()));
        try
        {
            foreach (var script in Directory.EnumerateFiles(Sources, "*.*js"))
            {
                File.Copy(script, Path.Combine(run.FullName, Path.GetFileName(script)));
            }

            var bin = Path.Combine(folder, "node_modules", ".bin");
            return await RunAsync(run.FullName, RunTimeout, [.. command.Select(c => c.Replace("{bin}", bin, StringComparison.Ordinal))]);
        }
        finally
        {
            run.Delete(recursive: true);
        }
    }

    // Several test processes may do this at once: each installs into a folder of its own, and the first to be ready gives it its name.
    private static async Task<string> InstallAsync()
    {
        var manifest = await File.ReadAllBytesAsync(Path.Combine(Sources, "package.json"));
        var folder = Path.Combine(Path.GetTempPath(), $"embedded-mongo-clients-{Convert.ToHexStringLower(SHA256.HashData(manifest))[..16]}");
        if (Directory.Exists(folder))
        {
            return folder;
        }

        var mine = Directory.CreateTempSubdirectory("embedded-mongo-clients-").FullName;
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(mine, "package.json"), manifest);
            string[] install = ["npm", "install", "--ignore-scripts", "--omit=optional", "--no-package-lock", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
            var (exitCode, output) = await RunAsync(mine, InstallTimeout, install);
            if (exitCode != 0)
            {
                Fail($"npm could not install the clients: {output}");
            }

            Directory.Move(mine, folder);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("npm is missing.");
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another process was faster.
        }
        finally
        {
            if (Directory.Exists(mine))
            {
                Directory.Delete(mine, recursive: true);
            }
        }

        return folder;
    }

    // On a developer's machine the registry may be out of reach; in CI that would hide for ever what these tests show.
    private static void Fail(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string folder, TimeSpan timeout, string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        if (command[0] != "npm")
        {
            // mongosh writes its log there.
            start.Environment["HOME"] = folder;
        }

        using var process = Process.Start(start)!;
        var output = new StringBuilder();
        void Add(object sender, DataReceivedEventArgs line)
        {
            lock (output)
            {
                output.AppendLine(line.Data);
            }
        }

        process.OutputDataReceived += Add;
        process.ErrorDataReceived += Add;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"{output}\n{command[0]} did not end within {timeout}.");
        }

        return (process.ExitCode, output.ToString());
    }
}
