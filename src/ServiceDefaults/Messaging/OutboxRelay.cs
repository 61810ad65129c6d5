using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MongoDB.Driver;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
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
    private static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(500);

    private readonly ChannelReader<bool> _signals = signal.Listen();
    private readonly RelayBackoff _backoff = new(options.MaxBackoff, clock);
    private readonly RelayPause _pause = new(options.MaxBackoff, clock);

    /// <summary>What the documents of its collection can hold.</summary>
    public IReadOnlyCollection<Type> Events => events;

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

            if (await TryLeaseAsync(collection.LeaseAsync) is not { } first)
            {
                await WaitAsync(stopping);
                continue;
            }

            yield return first;

            // Where one waited there may be many, and leasing them one by one would set the pace of all.
            var more = new Queue<OutboxDocument>(
                await TryLeaseAsync<IReadOnlyList<OutboxDocument>>(async (lease, ct) => await collection.LeaseManyAsync(options.Parallelism, lease, ct)) ?? []);

            try
            {
                while (more.TryDequeue(out var next))
                {
                    yield return next;
                }
            }
            finally
            {
                // The host stops: nothing more is published, and the leases are given back.
                foreach (var left in more)
                {
                    await RelayAsync(left, stopping);
                }
            }
        }
    }

    private async Task<T?> TryLeaseAsync<T>(Func<TimeSpan, CancellationToken, Task<T?>> lease)
        where T : class
    {
        // Not the host's token: a lease that the store granted and we never saw would hold the aggregate up until it ends.
        using var timeout = new CancellationTokenSource(StoreTimeout);

        try
        {
            return await lease(options.Lease, timeout.Token);
        }
        catch (Exception e)
        {
            // Also a document that cannot be read: leased, it is out of the others' way for a while.
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
                await collection.SettleAsync(leased, [.. leased.Outbox.Entries.Select(e => e.Id)], [], clock.GetUtcNow(), stopping);
            }

            var round = new RelayRound(leased);
            await PublishAsync(round, stopping);
            CrashPoints.Reached(CrashPoints.RelayPublished);
            await WaitForConsumersAsync(round, stopping);
            JudgeDeliveries(round);
            await SettleAsync(round, stopping);
            CrashPoints.Reached(CrashPoints.RelaySettled);
        }
        catch (Exception e)
        {
            // The lease ends by itself. Nothing that happens to one aggregate may stop the relay.
            LogAggregateFailed(e, $"{leased.Id}", collection.Name);
        }
    }

    private async Task PublishAsync(RelayRound round, CancellationToken stopping)
    {
        var lastStart = round.Leased.Outbox.LeaseUntil - options.PublishTimeout;

        foreach (var entry in round.Leased.Outbox.Entries.Where(e => !(_backoff.DueAt(e.Id) > clock.GetUtcNow())))
        {
            if (stopping.IsCancellationRequested || clock.GetUtcNow() > lastStart)
            {
                break;
            }

            try
            {
                using var timeout = new CancellationTokenSource(options.PublishTimeout, clock);
                // Who stops does not wait for a broker that is away; what is not confirmed by then goes out again, under the same id.
                await using var hurry = stopping.UnsafeRegister(_ => timeout.CancelAfter(StopGrace), null);
                round.Deliveries.Add((entry, await publisher.PublishAsync(entry, timeout.Token)));
                CrashPoints.Reached(CrashPoints.RelayEntryPublished);
                LogIfResumed();
            }
            catch (JsonException)
            {
                ParkIfTriedEnough(round, entry, ParkedEvent.Unreadable);
            }
            catch (Exception e)
            {
                LogIfPaused(e, stopping);
                break;
            }
        }
    }

    private async Task WaitForConsumersAsync(RelayRound round, CancellationToken stopping)
    {
        var all = Task.WhenAll(round.Deliveries.Select(d => d.Delivery.Outcome));

        if (!all.IsCompleted)
        {
            await ((Task)all).WaitAsync(options.ConsumerWait, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void JudgeDeliveries(RelayRound round)
    {
        foreach (var (entry, delivery) in round.Deliveries.Where(d => d.Delivery.Outcome.IsCompleted))
        {
            if (delivery.Outcome.Result)
            {
                _backoff.Forget(entry.Id);
                round.Done.Add(entry.Id);
            }
            else
            {
                publisher.Forget(entry.Id);
                ParkIfTriedEnough(round, entry, ParkedEvent.ConsumerFailed);
            }
        }
    }

    private void ParkIfTriedEnough(RelayRound round, OutboxEntry entry, string reason)
    {
        if (_backoff.Failed(entry.Id) >= options.MaxTries)
        {
            round.Parked.Add(new ParkedEvent { Entry = entry, Reason = reason, At = clock.GetUtcNow() });
        }
    }

    private async Task SettleAsync(RelayRound round, CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        // What consumers are busy with is looked at again soon, unless another instance is to take over.
        var unfinished = stopping.IsCancellationRequested ? now : now + TimeSpan.FromSeconds(1);
        var nextDue = round.Left
            .Select(e => _backoff.DueAt(e.Id) ?? (round.Deliveries.Exists(d => d.Entry.Id == e.Id) ? unfinished : now))
            .DefaultIfEmpty(now)
            .Min();

        using var timeout = new CancellationTokenSource(StoreTimeout);

        var settlement = await collection.SettleAsync(round.Leased, round.Done, round.Parked, nextDue, timeout.Token);

        if (settlement == Settlement.MoreIsDue)
        {
            signal.Raise();
        }

        if (settlement != Settlement.LeaseLost)
        {
            // Not before: a relay that has read the entries earlier would publish them again.
            round.Done.ForEach(publisher.Forget);
        }

        foreach (var parked in round.Parked)
        {
            _backoff.Forget(parked.Entry.Id);
            LogParked(parked.Entry.Id, parked.Entry.Type, $"{round.Leased.Id}", collection.Name, parked.Reason);
        }
    }

    private void LogIfPaused(Exception e, CancellationToken stopping)
    {
        if (_pause.Begin() && !stopping.IsCancellationRequested)
        {
            LogPaused(collection.Name, e switch
            {
                OperationCanceledException or BrokerUnreachableException => "the broker is away or takes nothing",
                OperationInterruptedException { ShutdownReason.ReplyCode: Constants.AccessRefused } => "the broker does not allow it to this user",
                _ => e.GetType().Name,
            });
        }
    }

    private void LogIfResumed()
    {
        if (_pause.Reset())
        {
            LogResumed(collection.Name);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Events of {Collection} cannot be published now ({Reason}); they stay in their outbox and are tried again")]
    private partial void LogPaused(string collection, string reason);

    [LoggerMessage(LogLevel.Information, "Events of {Collection} are published again")]
    private partial void LogResumed(string collection);

    [LoggerMessage(LogLevel.Warning, "The outbox of {Collection} cannot be read now")]
    private partial void LogStoreFailed(Exception e, string collection);

    [LoggerMessage(LogLevel.Error, "The outbox of {AggregateId} in {Collection} could not be relayed; its lease ends by itself")]
    private partial void LogAggregateFailed(Exception e, string aggregateId, string collection);

    [LoggerMessage(LogLevel.Error, "Event {EventId} ({Type}) of {AggregateId} in {Collection} is parked: {Reason}")]
    private partial void LogParked(Guid eventId, string type, string aggregateId, string collection, string reason);
}
