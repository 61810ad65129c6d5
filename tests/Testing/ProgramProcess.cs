using System.Collections.Concurrent;
using System.Diagnostics;

namespace Visuels.Testing;

/// <summary>One of our programs as a process of its own, its output kept.</summary>
public sealed class ProgramProcess : IAsyncDisposable
{
    // Seven start side by side, on a machine that may be busy.
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StreamWriter? _log;
    private bool _disposed;

    private ProgramProcess(string assembly, IEnumerable<string> args, IReadOnlyDictionary<string, string?>? environment, string readyLine, string? logFile)
    {
        _log = logFile is null ? null : new StreamWriter(logFile, append: true) { AutoFlush = true };
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
                Keep(line);
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

    /// <summary>What it has printed so far; empty where that goes to a file.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Whether it is over, by itself or by <see cref="DisposeAsync"/>.</summary>
    public bool HasEnded => _disposed || _process.HasExited;

    /// <summary>Its exit code once it has ended; 128 and the signal's number where a signal ended it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program that lies beside the tests.</summary>
    /// <param name="assembly">Its file, <c>Visuels.Orders.dll</c>.</param>
    /// <param name="args">Its command line.</param>
    /// <param name="environment">What is added to this process's environment.</param>
    /// <param name="readyLine">What it prints when it is ready.</param>
    /// <param name="logFile">Takes what it prints, behind what is there; else it is kept in memory.</param>
    public static ProgramProcess Start(
        string assembly, IEnumerable<string> args, IReadOnlyDictionary<string, string?>? environment = null,
        string readyLine = "Application started", string? logFile = null) =>
        new(assembly, args, environment, readyLine, logFile);

    /// <summary>Runs a program that is expected to end by itself.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string assembly, IEnumerable<string> args, CancellationToken ct, IReadOnlyDictionary<string, string?>? environment = null)
    {
        await using var program = Start(assembly, args, environment);
        await program._process.WaitForExitAsync(ct);
        return (program._process.ExitCode, program.Output);
    }

    public Task ReadyAsync(CancellationToken ct) => _ready.Task.WaitAsync(StartPatience, ct);

    /// <summary>As a power cut would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>As an operator would.</summary>
    public async Task<int> TerminateAsync(CancellationToken ct)
    {
        await SignalAsync("TERM", ct);
        return await EndAsync(ct);
    }

    /// <summary>Sends a signal.</summary>
    /// <param name="name">Its name without SIG: <c>STOP</c>, <c>CONT</c>.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task SignalAsync(string name, CancellationToken ct)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        await kill.WaitForExitAsync(ct);
    }

    /// <summary>Waits until it ends by itself.</summary>
    /// <returns>Its exit code; 128 and the signal's number where a signal ended it.</returns>
    public async Task<int> EndAsync(CancellationToken ct)
    {
        await _process.WaitForExitAsync(ct);
        return _process.ExitCode;
    }

    /// <summary>Kills it if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        // Also ends when all that it printed has been read.
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (_log is not null)
        {
            await _log.DisposeAsync();
        }
    }

    private void Keep(string line)
    {
        if (_log is null)
        {
            _output.Enqueue(line);
            return;
        }

        lock (_log)
        {
            _log.WriteLine(line);
        }
    }
}
