using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Meter <c>Visuels.Outbox</c>: what waited in each collection when <see cref="OutboxWatch"/> last looked.</summary>
internal sealed class OutboxMetrics
{
    public const string MeterName = "Visuels.Outbox";
    public const string Waiting = "visuels.outbox.waiting";
    public const string Oldest = "visuels.outbox.oldest";

    private readonly ConcurrentDictionary<string, OutboxBacklog> _seen = new();
    private readonly TimeProvider _clock;
    private readonly Instrument[] _gauges;

    public OutboxMetrics(IMeterFactory meters, TimeProvider clock)
    {
        _clock = clock;
        var meter = meters.Create(MeterName);
        _gauges =
        [
            meter.CreateObservableGauge(Waiting, () => Tell(backlog => backlog.Events), "{event}", "Events that wait in outboxes, by collection."),
            meter.CreateObservableGauge(Oldest, () => Tell(AgeOf), "s", "Age of the oldest event that waits, by collection."),
        ];
    }

    /// <summary>Whether anybody listens.</summary>
    public bool IsRead => _gauges.Any(gauge => gauge.Enabled);

    /// <summary>Notes what waits; null when nobody knows.</summary>
    public void Note(string collection, OutboxBacklog? backlog)
    {
        if (backlog is null)
        {
            _seen.TryRemove(collection, out _);
        }
        else
        {
            _seen[collection] = backlog;
        }
    }

    private double AgeOf(OutboxBacklog backlog) => backlog.Oldest is { } oldest ? Math.Max(0, (_clock.GetUtcNow() - oldest).TotalSeconds) : 0;

    private IEnumerable<Measurement<T>> Tell<T>(Func<OutboxBacklog, T> what)
        where T : struct =>
        _seen.Select(seen => new Measurement<T>(what(seen.Value), new KeyValuePair<string, object?>("collection", seen.Key)));
}
