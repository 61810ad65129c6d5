using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Visuels.ServiceDefaults.Hosting;

/// <summary>
/// The first thing that happens when a service is told to stop: it is not ready any more. Then, in this order, it waits for balancers,
/// closes its door and finishes requests (the server), relays and schedules, and the bus.
/// </summary>
internal sealed class Leaving : IHostedLifecycleService, IHealthCheck, IDisposable
{
    private readonly CancellationTokenSource _begun = new();
    private readonly CancellationTokenSource _over = new();
    private readonly ShutdownOptions _options;
    private readonly TimeProvider _clock;
    private volatile bool _started;
    private ITimer? _finish;
    private Task? _drained;

    public Leaving(IOptions<ShutdownOptions> options, TimeProvider clock, IHostApplicationLifetime lifetime)
    {
        (_options, _clock) = (options.Value, clock);
        lifetime.ApplicationStopping.Register(Begin);
    }

    /// <summary>Whether the service has been told to stop.</summary>
    public bool HasBegun => _begun.IsCancellationRequested;

    /// <summary>Cancelled when requests that are still running have had their time.</summary>
    public CancellationToken Over => _over.Token;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _started = true;
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Begin();
        // Once, however often the host is told.
        _drained ??= Task.Delay(_options.Drain, _clock, CancellationToken.None);
        await _drained.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(!_started || HasBegun ? HealthCheckResult.Unhealthy(_started ? "stopping" : "starting") : HealthCheckResult.Healthy());

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _finish?.Dispose();
        _begun.Dispose();
        _over.Dispose();
    }

    private void Begin()
    {
        lock (_begun)
        {
            if (!HasBegun)
            {
                _begun.Cancel();
                _finish = _clock.CreateTimer(_ => _over.Cancel(), null, _options.Finish, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
