using System.Net;
using Visuels.Testing;

namespace Visuels.Reliability.Rig;

/// <summary>One service of the marketplace as a process; it keeps its port through kills and starts.</summary>
internal sealed class ServiceProcess(string name, string assembly, int port, string logFile, IReadOnlyDictionary<string, string?> environment)
    : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1) }) { Timeout = TimeSpan.FromSeconds(5) };

    private ProgramProcess? _process;

    /// <summary>What it is called in <c>Services:*</c>; a second instance has the same.</summary>
    public string Name { get; } = name;

    public Uri Address { get; } = new($"http://127.0.0.1:{port}/");

    public bool IsRunning => _process is { HasEnded: false };

    /// <summary>Whether it was started with more than the marketplace's own environment.</summary>
    public bool IsAltered { get; private set; }

    /// <summary>Whether SIGSTOP holds it.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Starts it and comes back at once.</summary>
    /// <param name="extra">Environment of this start only: <c>VISUELS_CRASH_AT</c>, a link through a proxy, a shorter lease.</param>
    public void Start(params IEnumerable<(string Name, string? Value)> extra)
    {
        var all = new Dictionary<string, string?>(environment) { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}" };
        IsAltered = false;
        foreach (var (variable, value) in extra)
        {
            all[variable] = value;
            IsAltered = true;
        }

        _process = ProgramProcess.Start(assembly, [], all, logFile: logFile);
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task StartReadyAsync(CancellationToken ct, params IEnumerable<(string Name, string? Value)> extra)
    {
        Start(extra);
        await ReadyAsync(ct);
    }

    /// <summary>Waits until <c>/health/ready</c> says so.</summary>
    /// <exception cref="InvalidOperationException">It has ended instead.</exception>
    public Task ReadyAsync(CancellationToken ct) => Eventually.Until(
        async () =>
        {
            ct.ThrowIfCancellationRequested();
            return _process!.HasEnded
                ? throw new InvalidOperationException($"{Name} ended with {_process.ExitCode}; see {logFile}")
                : await IsReadyAsync(ct);
        },
        $"{Name} is ready",
        TimeSpan.FromMinutes(3));

    public async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(Address, "health/ready"), ct);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>As a power cut would: SIGKILL.</summary>
    public async Task KillAsync()
    {
        await _process!.DisposeAsync();
        IsStopped = false;
    }

    /// <summary>As an operator would: SIGTERM, and waits for the end.</summary>
    public Task<int> TerminateAsync(CancellationToken ct) => _process!.TerminateAsync(ct);

    /// <summary>Waits until it ends by itself, at a crash point for example: 137 then.</summary>
    public async Task<int> EndAsync(CancellationToken ct)
    {
        var exitCode = await _process!.EndAsync(ct);
        await _process.DisposeAsync();
        return exitCode;
    }

    /// <summary>SIGSTOP: it holds its connections and leases, and does nothing.</summary>
    public Task StopAsync(CancellationToken ct)
    {
        IsStopped = true;
        return _process!.SignalAsync("STOP", ct);
    }

    /// <summary>SIGCONT.</summary>
    public Task ContinueAsync(CancellationToken ct)
    {
        IsStopped = false;
        return _process!.SignalAsync("CONT", ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
