using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.ServiceDefaults.Tests.Messaging;

public sealed class OutboxMetricsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_is_told_with_its_age_while_no_reader_is_there_and_as_nothing_once_it_has_gone_out()
    {
        await using var app = await OutboxApp.CreateAsync();
        await app.AddAsync("u1");
        await app.ChangeAsync(2, "u1");
        await app.AddAsync("u2");
        var writer = await app.StartWriterAsync();
        using var meter = new OutboxMeter(writer.Services);

        await app.AdvanceUntilAsync(() => Task.FromResult(meter.Read(OutboxMetrics.Waiting) is 3), "all three are counted");
        var age = meter.Read(OutboxMetrics.Oldest);
        Assert.Equal((app.Clock.GetUtcNow() - Events.At).TotalSeconds, age);
        Assert.True(age > 0);

        await app.StartReaderAsync();
        await app.DrainAsync();
        await app.AdvanceUntilAsync(() => Task.FromResult(meter.Read(OutboxMetrics.Waiting) is 0), "nothing waits any more");
        Assert.Equal(0, meter.Read(OutboxMetrics.Oldest));
    }

    [Fact]
    public async Task What_cannot_be_read_waits_too()
    {
        await using var app = await OutboxApp.CreateAsync();
        await app.AddAsync();
        await app.Database.GetCollection<BsonDocument>("things").InsertOneAsync(
            new BsonDocument { ["_id"] = "broken", ["outbox"] = new BsonDocument { ["entries"] = "none", ["pendingAt"] = app.Clock.GetUtcNow().UtcDateTime } },
            cancellationToken: Ct);

        var backlog = await app.Leases.BacklogAsync(Ct);

        Assert.Equal(new OutboxBacklog(2, Events.At), backlog);
    }

    [Fact]
    public void It_asks_for_a_look_only_while_somebody_listens_and_tells_nothing_that_nobody_knows()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new OutboxMetrics(services.GetRequiredService<IMeterFactory>(), TimeProvider.System);
        Assert.False(metrics.IsRead);

        using (var meter = new OutboxMeter(services))
        {
            Assert.True(metrics.IsRead);
            Assert.Null(meter.Read(OutboxMetrics.Waiting));
            metrics.Note("things", new OutboxBacklog(7, Events.At));
            Assert.Equal(7, meter.Read(OutboxMetrics.Waiting));
            metrics.Note("things", null);
            Assert.Null(meter.Read(OutboxMetrics.Waiting));
        }

        Assert.False(metrics.IsRead);
    }

    /// <summary>Listens to one host's meter, as an exporter does.</summary>
    private sealed class OutboxMeter : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentDictionary<string, double> _read = new();

        public OutboxMeter(IServiceProvider services)
        {
            var scope = services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                // Other tests have a meter of this name, too.
                if (instrument.Meter.Name == OutboxMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, scope))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.Start();
        }

        public double? Read(string instrument)
        {
            _read.Clear();
            _listener.RecordObservableInstruments();
            return _read.TryGetValue(instrument, out var value) ? value : null;
        }

        public void Dispose() => _listener.Dispose();

        private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            Assert.Equal(("collection", "things"), (tags[0].Key, tags[0].Value));
            _read[instrument.Name] = value;
        }
    }
}
