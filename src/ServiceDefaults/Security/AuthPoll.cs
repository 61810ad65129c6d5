using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.ServiceDefaults.Security;

/// <summary>Asks Auth for something at the start and from time to time; sooner while Auth does not answer.</summary>
internal abstract partial class AuthPoll(string what, TimeSpan every, TimeProvider clock, ILogger logger) : BackgroundService
{
    // Services that start together do not find each other at once.
    private const int WorthTelling = 3;

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _failures;

    /// <summary>Does not wait for the next turn.</summary>
    public void LookNow() => _wanted.Writer.TryWrite(true);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        // The first request should find what there is to know; a slow Auth must not keep this service from starting.
        await _tried.Task.WaitAsync(StartPatience, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected abstract Task AskAsync(CancellationToken ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await TryAskAsync(stoppingToken);
            _tried.TrySetResult();
            await PauseAsync(stoppingToken);
        }
    }

    private async Task TryAskAsync(CancellationToken stopping)
    {
        try
        {
            await AskAsync(stopping);
            if (_failures >= WorthTelling)
            {
                LogBack(what);
            }

            _failures = 0;
        }
        catch (Exception e)
        {
            if (++_failures == WorthTelling && !stopping.IsCancellationRequested)
            {
                LogAway(what, (e.InnerException ?? e).GetType().Name);
            }
        }
    }

    private async Task PauseAsync(CancellationToken stopping)
    {
        using var timer = new CancellationTokenSource(_failures > 0 ? RelayBackoff.PauseAfter(_failures, LongestBackoff) : every, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, timer.Token);
        await ((Task)_wanted.Reader.WaitToReadAsync(either.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _wanted.Reader.TryRead(out _);
    }

    [LoggerMessage(LogLevel.Warning, "Auth cannot be asked for its {What} now ({Reason}); what is known stays in use")]
    private partial void LogAway(string what, string reason);

    [LoggerMessage(LogLevel.Information, "Auth tells of its {What} again")]
    private partial void LogBack(string what);
}
