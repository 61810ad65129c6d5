using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>
/// Publishes the events of one collection: several aggregates at a time, the events of each in order, each at least once and always
/// under the same message id.
/// </summary>
internal sealed partial class OutboxRelay(
    OutboxCollection collection,
    IReadOnlyCollection<Type> events,
    EventPublisher publisher,
    OutboxSignal signal,
    OutboxOptions options,
    TimeProvider clock,
    ILogger<OutboxRelay> logger) : BackgroundService
{
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(3);

    private readonly ChannelReader<bool> _signals = signal.Listen();
    private readonly RelayBackoff _backoff = new(options.MaxBackoff, clock);
    private readonly RelayPause _pause = new(options.MaxBackoff, clock);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await publisher.WaitForReadersAsync(events, stoppingToken);

        await Parallel.ForEachAsync(
            DueAsync(stoppingToken),
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = stoppingToken },
            RelayAsync);
    }

    /// <summary>Leased aggregates, one after the other, for as long as the host runs.</summary>
    private async IAsyncEnumerable<OutboxDocument> DueAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        while (true)
        {
            await _pause.EndAsync(stopping);

            if (stopping.IsCancellationRequested)
            {
                yield break;
            }

            if (await TryLeaseAsync() is { } leased)
            {
                yield return leased;
            }
            else
            {
                await WaitAsync(stopping);
            }
        }
    }

    private async Task<OutboxDocument?> TryLeaseAsync()
    {
        // Not the host's token: a lease that the store granted and we never saw would hold the aggregate up until it ends.
        using var timeout = new CancellationTokenSource(StoreTimeout);

        try
        {
            return await collection.LeaseAsync(options.Lease, timeout.Token);
        }
        catch (Exception e) when (e is MongoException or TimeoutException or OperationCanceledException)
        {
            LogStoreFailed(e, collection.Name);
            return null;
        }
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        var pause = options.MinPoll + (options.MaxPoll - options.MinPoll) * Random.Shared.NextDouble();
        using var timer = new CancellationTokenSource(pause, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, timer.Token);

        await ((Task)_signals.WaitToReadAsync(either.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _signals.TryRead(out _);
    }

    private async ValueTask RelayAsync(OutboxDocument leased, CancellationToken stopping)
    {
        try
        {
            CrashPoints.Reached(CrashPoints.RelayLeased);

            if (Sabotage.Is(Sabotage.SettleBeforePublish))
            {
                await SettleAsync(leased, [.. leased.Outbox.Entries.Select(e => e.Id)], [], stopping);
            }

            var deliveries = await PublishAsync(leased, stopping);
            CrashPoints.Reached(CrashPoints.RelayPublished);
            await WaitForConsumersAsync(deliveries, stopping);
            var done = deliveries.Where(d => IsDone(d.Entry, d.Delivery)).Select(d => d.Entry.Id).ToList();
            await SettleAsync(leased, done, deliveries, stopping);
            CrashPoints.Reached(CrashPoints.RelaySettled);
        }
        catch (Exception e)
        {
            // The lease ends by itself. Nothing that happens to one aggregate may stop the relay.
            LogAggregateFailed(e, $"{leased.Id}", collection.Name);
        }
    }

    private async Task<List<(OutboxEntry Entry, Delivery Delivery)>> PublishAsync(OutboxDocument leased, CancellationToken stopping)
    {
        var deliveries = new List<(OutboxEntry, Delivery)>();
        var lastStart = leased.Outbox.LeaseUntil - options.PublishTimeout;

        foreach (var entry in leased.Outbox.Entries.Where(e => !(_backoff.DueAt(e.Id) > clock.GetUtcNow())))
        {
            if (stopping.IsCancellationRequested || clock.GetUtcNow() > lastStart)
            {
                break;
            }

            try
            {
                using var timeout = new CancellationTokenSource(options.PublishTimeout, clock);
                deliveries.Add((entry, await publisher.PublishAsync(entry, timeout.Token)));
                CrashPoints.Reached(CrashPoints.RelayEntryPublished);
                LogIfResumed();
            }
            catch (JsonException e)
            {
                _backoff.Failed(entry.Id);
                LogUnreadable(e, entry.Id, entry.Type, $"{leased.Id}");
            }
            catch (Exception e)
            {
                LogIfPaused(e);
                break;
            }
        }

        return deliveries;
    }

    private async Task WaitForConsumersAsync(IEnumerable<(OutboxEntry Entry, Delivery Delivery)> deliveries, CancellationToken stopping)
    {
        var all = Task.WhenAll(deliveries.Select(d => d.Delivery.Outcome));

        if (!all.IsCompleted)
        {
            await ((Task)all).WaitAsync(options.ConsumerWait, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool IsDone(OutboxEntry entry, Delivery delivery)
    {
        if (!delivery.Outcome.IsCompleted)
        {
            return false;
        }

        publisher.Forget(entry.Id);

        if (!delivery.Outcome.Result)
        {
            var failures = _backoff.Failed(entry.Id);

            if (failures < options.MaxDeliveries)
            {
                return false;
            }

            LogDropped(entry.Id, entry.Type, failures);
        }

        _backoff.Forget(entry.Id);
        return true;
    }

    private async Task SettleAsync(
        OutboxDocument leased, List<Guid> done, List<(OutboxEntry Entry, Delivery Delivery)> deliveries, CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        // What consumers are busy with is looked at again soon, unless another instance is to take over.
        var unfinished = stopping.IsCancellationRequested ? now : now + TimeSpan.FromSeconds(1);
        var nextDue = leased.Outbox.Entries
            .Where(e => !done.Contains(e.Id))
            .Select(e => _backoff.DueAt(e.Id) ?? (deliveries.Exists(d => d.Entry.Id == e.Id) ? unfinished : now))
            .DefaultIfEmpty(now)
            .Min();

        using var timeout = new CancellationTokenSource(StoreTimeout);
        await collection.SettleAsync(leased, done, nextDue, timeout.Token);
    }

    private void LogIfPaused(Exception e)
    {
        if (_pause.Begin())
        {
            LogPaused(e, collection.Name);
        }
    }

    private void LogIfResumed()
    {
        if (_pause.Reset())
        {
            LogResumed(collection.Name);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Events of {Collection} cannot be published now; they stay in their outbox and are tried again")]
    private partial void LogPaused(Exception e, string collection);

    [LoggerMessage(LogLevel.Information, "Events of {Collection} are published again")]
    private partial void LogResumed(string collection);

    [LoggerMessage(LogLevel.Warning, "The outbox of {Collection} cannot be read now")]
    private partial void LogStoreFailed(Exception e, string collection);

    [LoggerMessage(LogLevel.Error, "The outbox of {AggregateId} in {Collection} could not be relayed; its lease ends by itself")]
    private partial void LogAggregateFailed(Exception e, string aggregateId, string collection);

    [LoggerMessage(LogLevel.Error, "Event {EventId} ({Type}) of {AggregateId} cannot be read and stays in its outbox")]
    private partial void LogUnreadable(Exception e, Guid eventId, string type, string aggregateId);

    [LoggerMessage(LogLevel.Error, "Event {EventId} ({Type}) is dropped: its consumers failed {Failures} times")]
    private partial void LogDropped(Guid eventId, string type, int failures);
}
