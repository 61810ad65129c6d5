using System.Collections.Concurrent;
using System.Diagnostics;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

/// <summary>One of our programs as a process of its own, its output kept.</summary>
public sealed class ProgramProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProgramProcess(string assembly, IEnumerable<string> args, IReadOnlyDictionary<string, string?>? environment, string readyLine)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // A folder of its own: relative defaults must not land in the tests' output.
            WorkingDirectory = TemporaryFolder.Create("visuels-e2e-"),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        void Read(string? line)
        {
            if (line is not null)
            {
                _output.Enqueue(line);
                if (line.Contains(readyLine, StringComparison.Ordinal))
                {
                    _ready.TrySetResult();
                }
            }
        }

        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"{assembly} ended:\n{Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => string.Join('\n', _output);

    public static ProgramProcess Start(string assembly, IEnumerable<string> args, IReadOnlyDictionary<string, string?>? environment = null, string readyLine = "Application started") =>
        new(assembly, args, environment, readyLine);

    /// <summary>Runs a program that is expected to end by itself.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string assembly, IEnumerable<string> args, CancellationToken ct, IReadOnlyDictionary<string, string?>? environment = null)
    {
        await using var program = Start(assembly, args, environment);
        await program._process.WaitForExitAsync(ct);
        return (program._process.ExitCode, program.Output);
    }

    public Task ReadyAsync(CancellationToken ct) => _ready.Task.WaitAsync(TimeSpan.FromSeconds(90), ct);

    /// <summary>As a power cut would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>As an operator would.</summary>
    public async Task<int> TerminateAsync(CancellationToken ct)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync(ct);
        await _process.WaitForExitAsync(ct);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }
}
