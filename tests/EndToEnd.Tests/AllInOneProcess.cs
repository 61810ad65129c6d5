using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

/// <summary>The README's first command, on free ports.</summary>
public sealed class AllInOneProcess : IAsyncDisposable
{
    public const string Assembly = "Visuels.AllInOne.dll";

    private readonly ProgramProcess _process;

    private AllInOneProcess(ProgramProcess process, int portBase) => (_process, PortBase) = (process, portBase);

    public int PortBase { get; }

    public string Output => _process.Output;

    public Mailbox Mailbox => new($"http://localhost:{Entrance.PortOf(PortBase, "jobs")}");

    public string Hub => $"http://localhost:{PortBase}/hub";

    public static async Task<AllInOneProcess> StartAsync(CancellationToken ct, int? portBase = null, params string[] args)
    {
        var ports = portBase ?? FreePorts.Next(6);
        var process = ProgramProcess.Start(Assembly, ["--port-base", $"{ports}", "--seed", "6", .. Unhurried.Arguments, .. args], readyLine: "Press Ctrl+C");
        await process.ReadyAsync(ct);
        return new AllInOneProcess(process, ports);
    }

    public Task KillAsync() => _process.KillAsync();

    public Task<int> TerminateAsync(CancellationToken ct) => _process.TerminateAsync(ct);

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
