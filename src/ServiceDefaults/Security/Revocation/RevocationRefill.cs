using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.ServiceDefaults.Security.Revocation;

/// <summary>
/// Asks Auth for revocations: at the start, when this instance's queue is connected, and every half minute, so that a broker that is away
/// costs seconds and not a token's life. While Auth is away the tokens that it has signed are good until they end, or until an event says otherwise.
/// </summary>
internal sealed partial class RevocationRefill(Revocations revocations, IRevocationSource auth, TimeProvider clock, ILogger<RevocationRefill> logger)
    : BackgroundService
{
    private const int MostPages = 100;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(2);

    private readonly Channel<bool> _wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset? _next;
    private int _failures;

    public void LookNow() => _wanted.Writer.TryWrite(true);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        // The first request should find what there is to know; a slow Auth must not keep this service from starting.
        await _tried.Task.WaitAsync(StartPatience, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await LookAsync(stoppingToken);
            _tried.TrySetResult();
            await PauseAsync(stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        try
        {
            revocations.Sweep();
            var more = true;
            for (var page = 0; more && page < MostPages; page++)
            {
                var answer = await auth.SinceAsync(_next, ct);
                foreach (var account in answer.Accounts)
                {
                    revocations.Apply(account);
                }

                foreach (var session in answer.Sessions)
                {
                    revocations.Apply(session);
                }

                (_next, more) = (answer.Next, answer.More);
            }

            if (_failures > 0)
            {
                LogBack();
            }

            _failures = 0;
        }
        catch (Exception e)
        {
            if (_failures++ == 0 && !ct.IsCancellationRequested)
            {
                LogAway((e.InnerException ?? e).GetType().Name);
            }
        }
    }

    private async Task PauseAsync(CancellationToken stopping)
    {
        using var timer = new CancellationTokenSource(_failures > 0 ? RelayBackoff.PauseAfter(_failures, Every) : Every, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, timer.Token);
        await ((Task)_wanted.Reader.WaitToReadAsync(either.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _wanted.Reader.TryRead(out _);
    }

    [LoggerMessage(LogLevel.Warning, "Auth cannot be asked for revoked sessions now ({Reason}); events still tell of them, and no token lives longer than ten minutes")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Information, "Auth tells of revoked sessions again")]
    private partial void LogBack();
}

/// <summary>Registers what refuses revoked tokens.</summary>
internal static class RevocationSetup
{
    public static void AddRevocations(this IServiceCollection services)
    {
        services.AddSingleton<Revocations>();
        services.AddServiceClient<RevocationsClient>("auth");
        services.TryAddSingleton<IRevocationSource>(provider => provider.GetRequiredService<RevocationsClient>());
        services.AddSingleton<RevocationRefill>();
        services.AddHostedService(provider => provider.GetRequiredService<RevocationRefill>());
    }
}
