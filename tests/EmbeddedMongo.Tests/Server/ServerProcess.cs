using System.Diagnostics;
using System.Globalization;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>The server as a process of its own, which can be killed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, string connectionString)
    {
        _process = process;
        ConnectionString = connectionString;
    }

    public string ConnectionString { get; }

    public int Id => _process.Id;

    /// <summary>The memory it has, in bytes.</summary>
    public long ResidentMemory
    {
        get
        {
            var line = File.ReadLines($"/proc/{Id}/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
    }

    public static Task<ServerProcess> StartAsync(string folder) => StartAsync(Launch("--port", "0", "--data", folder));

    /// <summary>Waits for a launched one to be ready.</summary>
    public static async Task<ServerProcess> StartAsync(Process process)
    {
        var ready = await process.StandardOutput.ReadLineAsync(Find.Ct) ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(Find.Ct));
        return new ServerProcess(process, ready.Split(' ').Single(word => word.StartsWith("mongodb://", StringComparison.Ordinal)));
    }

    public static Process Launch(params string[] arguments) => Run("dotnet", [Program, .. arguments]);

    /// <summary>Runs shell commands first, which prepare the place it then runs in: <c>$0</c> is the data folder.</summary>
    public static Process LaunchAfter(string preparation, string folder, params string[] wrapper)
    {
        string[] command = [.. wrapper, "sh", "-c", $"{preparation} && exec dotnet \"$1\" --port 0 --data \"$0\"", folder, Program];
        return Run(command[0], command[1..]);
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{Id}"]);
        await _process.WaitForExitAsync(Find.Ct);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "Visuels.EmbeddedMongo.dll");

    private static Process Run(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
