using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MongoDB.Driver;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.Messaging;

/// <summary>Relays that stop, die or have no broker, and what they leave to the next.</summary>
public sealed class OutboxLeaseTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_memory_an_event_stays_in_the_outbox_until_its_consumers_are_done_so_that_a_restart_delivers_it()
    {
        await using var app = await OutboxApp.CreateAsync();
        var reader = await app.StartReaderAsync();
        var held = reader.Seen.Hold();
        await app.AddAsync();
        await app.StartWriterAsync(OutboxApp.ShortLeases);
        await app.AdvanceUntilAsync(() => Task.FromResult(held.IsReached), "the event is being consumed");
        await app.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Single((await app.FindAsync()).Outbox.Entries);

        held.Die();
        await app.RestartAsync();
        await app.StartReaderAsync();
        await app.StartWriterAsync();
        await app.DrainAsync();

        Assert.Equal([1L], await app.AppliedAsync());
    }

    [Fact]
    public async Task A_relay_that_stops_gives_its_leases_back_so_that_another_takes_over_at_once()
    {
        await using var app = await OutboxApp.CreateAsync();
        var reader = await app.StartReaderAsync();
        var held = reader.Seen.Hold();
        await app.AddAsync();
        var writer = await app.StartWriterAsync();
        await held.ReachedAsync();

        await writer.StopAsync();

        var outbox = (await app.FindAsync()).Outbox;
        held.LetGo();
        Assert.Null(outbox.LeaseBy);
        Assert.Null(outbox.LeaseUntil);
        Assert.True(outbox.PendingAt <= app.Clock.GetUtcNow());
        Assert.Single(outbox.Entries);
    }

    [Fact]
    public async Task A_relay_whose_lease_ended_takes_nothing_from_its_successor()
    {
        await using var app = await OutboxApp.CreateAsync();
        await app.AddAsync();
        var slow = await app.Leases.LeaseAsync(TimeSpan.FromSeconds(10), Ct);
        Assert.Null(await app.Leases.LeaseAsync(TimeSpan.FromSeconds(10), Ct));
        app.Clock.Advance(TimeSpan.FromSeconds(10));
        var successor = await app.Leases.LeaseAsync(TimeSpan.FromSeconds(10), Ct);

        await app.Leases.SettleAsync(slow!, [slow!.Outbox.Entries[0].Id], [], app.Clock.GetUtcNow(), Ct);

        var outbox = (await app.FindAsync()).Outbox;
        Assert.Equal(successor!.Outbox.LeaseBy, outbox.LeaseBy);
        Assert.Single(outbox.Entries);
    }

    [Fact]
    public async Task What_a_relay_delivered_whose_lease_had_gone_to_another_is_not_delivered_again()
    {
        await using var app = await OutboxApp.CreateAsync();
        var reader = await app.StartReaderAsync();
        var held = reader.Seen.Hold();
        await app.AddAsync();
        await app.StartWriterAsync();
        await held.ReachedAsync();

        // Another took it over and died at once.
        await app.Things.UpdateOneAsync(
            t => t.Id == "u1",
            Builders<Thing>.Update.Set(t => t.Outbox.LeaseBy, "another").Set(t => t.Outbox.LeaseUntil, app.Clock.GetUtcNow() + TimeSpan.FromSeconds(10)),
            cancellationToken: Ct);
        held.LetGo();
        await Eventually.Until(() => reader.Seen.Messages.Count == 1, "the consumer is done");
        await app.DrainAsync();

        Assert.Equal(1, held.Calls);
    }

    [Fact]
    public async Task A_relay_stops_at_once_though_its_broker_does_not_answer()
    {
        using var silent = new SilentBroker();
        await using var app = await OutboxApp.CreateAsync();
        await app.AddAsync();
        var told = new ToldToStop();
        var writer = app.BuildWriter(
            services => services.AddSingleton<IHostedService>(told), ("Messaging:Transport", "RabbitMq"), ("ConnectionStrings:RabbitMq", silent.ConnectionString));
        await writer.StartAsync();
        await Eventually.Until(async () => (await app.FindAsync()).Outbox.LeaseBy is not null, "the event is about to be published");

        var stop = writer.StopAsync();
        await told.Told.WaitAsync(Eventually.Patience, Ct);
        await app.AdvanceUntilAsync(async () => (await app.FindAsync()).Outbox.LeaseBy is null, "the lease is given back", TimeSpan.FromMilliseconds(100));

        // All in all less than a publish may take.
        Assert.InRange(app.Clock.GetUtcNow() - Events.At, TimeSpan.Zero, TimeSpan.FromSeconds(50));
        Assert.Single((await app.FindAsync()).Outbox.Entries);
        await stop;
        Assert.DoesNotContain(writer.Log.Lines, line => line.Contains("cannot be published", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_the_broker_is_away_events_stay_without_a_lease_and_the_log_says_so_once()
    {
        await using var app = await OutboxApp.CreateAsync();
        await app.AddAsync();
        await app.AddAsync("u2");
        var writer = await app.StartWriterAsync(
            ("Messaging:Transport", "RabbitMq"), ("ConnectionStrings:RabbitMq", "amqp://guest:guest@127.0.0.1:1/"), ("Outbox:PublishTimeout", "00:00:00.2"));
        string[] Warnings() => [.. writer.Log.Lines.Where(line => line.Contains("cannot be published", StringComparison.Ordinal))];
        await app.AdvanceUntilAsync(() => Task.FromResult(Warnings().Length > 0), "a try has failed");
        await app.AdvanceAsync(TimeSpan.FromMinutes(2));
        var stop = writer.StopAsync();
        await app.AdvanceUntilAsync(() => Task.FromResult(stop.IsCompleted), "the service has stopped");

        Assert.Single(Warnings());
        Assert.All(await app.Things.Find(FilterDefinition<Thing>.Empty).ToListAsync(Ct), thing =>
        {
            Assert.Single(thing.Outbox.Entries);
            Assert.Null(thing.Outbox.LeaseUntil);
        });

        // The next process has its broker and takes all of it.
        await app.RestartAsync();
        await app.StartReaderAsync();
        await app.StartWriterAsync();
        await app.DrainAsync();
        Assert.Equal([1L], await app.AppliedAsync("u2"));
    }

    /// <summary>Registered behind the relay, and so told to stop just before it.</summary>
    private sealed class ToldToStop : IHostedService
    {
        private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Told => _told.Task;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            _told.SetResult();
            return Task.CompletedTask;
        }
    }
}
