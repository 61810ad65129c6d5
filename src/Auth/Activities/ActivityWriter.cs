using System.Threading.Channels;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Activities;

/// <summary>
/// Takes what the security log notes about accounts and writes it down for their owners, beside the requests: none waits for it, and none
/// fails with it.
/// </summary>
internal sealed partial class ActivityWriter : BackgroundService, IAsyncDisposable
{
    private const int MostWaiting = 1_000;
    private const int Batch = 100;
    private const string AboutSession = "session ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Channel<ActivityEntry> _waiting = Channel.CreateBounded<ActivityEntry>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly ActivityStore _store;
    private readonly IHttpContextAccessor _http;
    private readonly TimeProvider _clock;
    private readonly ILogger<ActivityWriter> _logger;

    public ActivityWriter(SecurityLog security, ActivityStore store, IHttpContextAccessor http, TimeProvider clock, ILogger<ActivityWriter> logger)
    {
        (_store, _http, _clock, _logger) = (store, http, clock, logger);
        security.Noted += Take;
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    // The operator's commands never start what they build.
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await WriteAsync();
        Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Until StopAsync has closed it, and all is written.
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            await WriteAsync();
        }
    }

    private void Take(SecurityEvent what, string who, string detail)
    {
        if (ActivityKinds.Of(what) is not { } kind || !ObjectId.TryParse(who, out var user))
        {
            return;
        }

        var now = _clock.GetUtcNow();
        var entry = new ActivityEntry
        {
            Id = ObjectId.GenerateNewId(),
            UserId = user,
            At = now,
            Kind = kind,
            Detail = detail == SecurityLog.NoDetail || detail.StartsWith(AboutSession, StringComparison.Ordinal) ? null : detail,
            Device = _http.HttpContext is { } http ? DeviceNames.Of(http.Request.Headers.UserAgent) : null,
            Network = ShortNetworks.Of(_http.HttpContext?.Connection.RemoteIpAddress),
            ByStranger = ActivityKinds.IsOpenToStrangers(what),
            DeleteAt = now + ActivityEntry.Life,
        };
        if (!_waiting.Writer.TryWrite(entry))
        {
            LogLost(null, 1);
        }
    }

    private async Task WriteAsync()
    {
        var batch = new List<ActivityEntry>(Batch);
        while (_waiting.Reader.TryRead(out var entry))
        {
            batch.Add(entry);
            if (batch.Count < Batch && _waiting.Reader.TryPeek(out _))
            {
                continue;
            }

            using var patience = new CancellationTokenSource(Patience);
            try
            {
                await _store.AddAsync(batch, patience.Token);
            }
            catch (Exception e) when (e is MongoException or TimeoutException or OperationCanceledException)
            {
                LogLost(e, batch.Count);
            }

            batch.Clear();
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Entries} entries for the owners of accounts could not be written; they stand in the security log only")]
    private partial void LogLost(Exception? e, int entries);
}
