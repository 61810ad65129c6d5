using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Messaging;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests.Messaging;

public sealed class OutboxRelayTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_relays_share_the_work_and_each_event_goes_out_once_in_order()
    {
        await using var app = await OutboxApp.CreateAsync();
        var ids = Enumerable.Range(0, 40).Select(i => $"u{i}").ToList();
        await Task.WhenAll(ids.Select(async id =>
        {
            await app.AddAsync(id);
            await app.ChangeAsync(2, id);
            await app.ChangeAsync(3, id);
        }));

        var reader = await app.StartReaderAsync();
        await Task.WhenAll(app.StartWriterAsync(), app.StartWriterAsync());
        await app.DrainAsync();

        Assert.Equal(ids.Count * 3, reader.Seen.Messages.Count);
        Assert.Equal(ids.Count * 3, reader.Seen.Messages.DistinctBy(seen => seen.MessageId).Count());

        foreach (var id in ids)
        {
            Assert.Equal([1L, 2L, 3L], await app.AppliedAsync(id));
        }
    }

    [Fact]
    [Proves(Requirement.EventSchema)]
    public async Task A_document_that_cannot_be_read_holds_up_no_other_and_stops_nothing()
    {
        await using var app = await OutboxApp.CreateAsync();
        await app.Database.GetCollection<BsonDocument>("things").InsertOneAsync(
            new BsonDocument
            {
                ["_id"] = "broken",
                ["outbox"] = new BsonDocument { ["entries"] = "none", ["pendingAt"] = (app.Clock.GetUtcNow() - TimeSpan.FromHours(1)).UtcDateTime },
            },
            cancellationToken: Ct);
        await app.AddAsync();

        await app.StartReaderAsync();
        var writer = await app.StartWriterAsync();
        await app.AdvanceUntilAsync(async () => (await app.AppliedAsync()).Any(), "the other is relayed");

        Assert.False(writer.App.Lifetime.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task What_is_appended_while_its_aggregate_is_relayed_is_not_lost()
    {
        await using var app = await OutboxApp.CreateAsync();
        var reader = await app.StartReaderAsync();
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        reader.Seen.Handle = async seen =>
        {
            reached.TrySetResult();
            await goOn.Task;
            await app.ApplyAsync(seen);
        };
        await app.AddAsync();
        await app.StartWriterAsync();
        await app.AdvanceUntilAsync(() => Task.FromResult(reached.Task.IsCompleted), "the first event is on its way");

        await app.ChangeAsync(2);
        goOn.SetResult();
        await app.DrainAsync();

        Assert.Equal([1L, 2L], await app.AppliedAsync());
    }

    [Fact]
    public async Task In_memory_an_event_stays_in_the_outbox_until_its_consumers_are_done_so_that_a_restart_delivers_it()
    {
        await using var app = await OutboxApp.CreateAsync();
        var reader = await app.StartReaderAsync();
        var (reached, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        reader.Seen.Handle = async seen =>
        {
            reached.TrySetResult();
            await never.Task;
        };
        await app.AddAsync();
        await app.StartWriterAsync();
        await app.AdvanceUntilAsync(() => Task.FromResult(reached.Task.IsCompleted), "the event is being consumed");
        await app.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Single((await app.Things.Find(t => t.Id == "u1").SingleAsync(Ct)).Outbox.Entries);

        never.SetException(new InvalidOperationException("The process ends here."));
        await app.RestartAsync();
        await app.StartReaderAsync();
        await app.StartWriterAsync();
        await app.DrainAsync();

        Assert.Equal([1L], await app.AppliedAsync());
    }

    [Fact]
    public async Task A_consumer_that_takes_long_gets_its_event_once()
    {
        await using var app = await OutboxApp.CreateAsync();
        var reader = await app.StartReaderAsync();
        var goOn = new TaskCompletionSource();
        var calls = 0;
        reader.Seen.Handle = async seen =>
        {
            Interlocked.Increment(ref calls);
            await goOn.Task;
        };
        await app.AddAsync();
        await app.StartWriterAsync();

        // Several leases long, so that the aggregate is leased anew and again.
        await app.AdvanceAsync(TimeSpan.FromMinutes(1));
        goOn.SetResult();
        await app.DrainAsync();

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_failing_consumer_holds_up_neither_later_events_nor_other_aggregates_and_gets_its_event_again()
    {
        await using var app = await OutboxApp.CreateAsync();
        var reader = await app.StartReaderAsync();
        var broken = true;
        reader.Seen.Handle = seen => broken && seen.Event.Equals(Events.Updated(1)) ? throw new InvalidOperationException("poison") : Task.CompletedTask;
        await app.AddAsync();
        await app.ChangeAsync(2);
        await app.AddAsync("u2");
        await app.StartWriterAsync();
        await app.AdvanceUntilAsync(() => Task.FromResult(reader.Seen.Messages.Count == 2), "the others are through");
        Assert.DoesNotContain(reader.Seen.Messages, seen => seen.Event.Equals(Events.Updated(1)));

        broken = false;
        await app.DrainAsync();

        Assert.Single(reader.Seen.Messages, seen => seen.Event.Equals(Events.Updated(1)));
    }

    [Fact]
    public async Task In_memory_an_event_whose_consumer_fails_for_good_is_parked_named_and_delivered_once_an_operator_says_so()
    {
        await using var app = await OutboxApp.CreateAsync();
        var reader = await app.StartReaderAsync();
        var calls = 0;
        reader.Seen.Handle = _ =>
        {
            Interlocked.Increment(ref calls);
            throw new InvalidOperationException("poison");
        };
        await app.AddAsync();
        var writer = await app.StartWriterAsync(("Outbox:MaxTries", "3"));
        await app.DrainAsync();

        Assert.Equal(3, calls);
        var parked = Assert.Single((await app.Things.Find(t => t.Id == "u1").SingleAsync(Ct)).Outbox.Parked!);
        Assert.Equal(ParkedEvent.ConsumerFailed, parked.Reason);
        Assert.Contains($"{parked.Entry.Id}", Assert.Single(writer.Log.Lines, line => line.Contains("parked", StringComparison.Ordinal)), StringComparison.Ordinal);

        reader.Seen.Handle = app.ApplyAsync;
        var document = Assert.Single(await app.Leases.ParkedAsync(Guid.Empty, Ct));
        Assert.True(await app.Leases.ReleaseAsync(document, parked, Ct));
        Assert.False(await app.Leases.ReleaseAsync(document, parked, Ct));
        await app.DrainAsync();

        Assert.Equal([1L], await app.AppliedAsync());
        Assert.Equal(parked.Entry.Id, Assert.Single(reader.Seen.Messages).MessageId);
        Assert.Empty(await app.Leases.ParkedAsync(Guid.Empty, Ct));
    }

    [Fact]
    public async Task An_event_that_waits_for_its_next_try_does_not_hold_up_what_is_appended_later()
    {
        await using var app = await OutboxApp.CreateAsync();
        var reader = await app.StartReaderAsync();
        var calls = 0;
        reader.Seen.Handle = seen => seen.Event.Equals(Events.Updated(1)) && Interlocked.Increment(ref calls) > 0
            ? throw new InvalidOperationException("poison")
            : Task.CompletedTask;
        await app.AddAsync();
        var writer = await app.StartWriterAsync();
        await Eventually.Until(
            async () => calls == 1 && (await app.Things.Find(t => t.Id == "u1").SingleAsync(Ct)).Outbox.LeaseBy is null, "the first try has failed");

        // Time stands still, so the first event's next try never comes.
        await app.ChangeAsync(2);
        writer.Services.GetRequiredService<OutboxSignal>().Raise();

        await Eventually.Until(() => reader.Seen.Messages.Any(seen => seen.Event.Equals(Events.Updated(2))), "the later event is through");
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task What_was_appended_meanwhile_goes_out_at_once_and_does_not_wait_for_the_next_look()
    {
        await using var app = await OutboxApp.CreateAsync();
        var reader = await app.StartReaderAsync();
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        reader.Seen.Handle = async seen =>
        {
            reached.TrySetResult();
            await goOn.Task;
            await app.ApplyAsync(seen);
        };
        await app.AddAsync();
        await app.StartWriterAsync();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20), Ct);
        // Until the relay has looked again, found the aggregate leased and lain down.
        var idle = await app.Leases.LeaseAsync(TimeSpan.FromSeconds(10), Ct);
        Assert.Null(idle);

        await app.ChangeAsync(2);
        goOn.SetResult();

        await Eventually.Until(async () => (await app.AppliedAsync()).SequenceEqual([1L, 2L]), "both are through though time stands still");
    }

    [Fact]
    public async Task An_event_waits_for_a_reader_of_the_same_process_that_starts_later()
    {
        await using var app = await OutboxApp.CreateAsync();
        await app.AddAsync();
        await app.StartWriterAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(10));

        await app.StartReaderAsync();
        await app.DrainAsync();

        Assert.Equal([1L], await app.AppliedAsync());
    }

    [Fact]
    public async Task A_service_alone_does_not_wait_for_readers_that_never_come()
    {
        await using var app = await OutboxApp.CreateAsync();
        app.Broker = new InProcessBroker("auth");
        await app.AddAsync();
        await app.StartWriterAsync();

        await Eventually.Until(
            async () => await app.Things.CountDocumentsAsync("{'outbox.pendingAt': {$exists: true}}", cancellationToken: Ct) == 0,
            "the outbox is empty though time stands still");
    }

    [Fact]
    public async Task A_reader_that_never_comes_is_given_up_after_the_grace_and_named()
    {
        await using var app = await OutboxApp.CreateAsync();
        await app.AddAsync();
        var writer = await app.StartWriterAsync();

        await app.DrainAsync();

        Assert.Single(writer.Log.Lines, line => line.Contains("not connected", StringComparison.Ordinal) && line.Contains(OutboxApp.Queue, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_relay_that_stops_gives_its_leases_back_so_that_another_takes_over_at_once()
    {
        await using var app = await OutboxApp.CreateAsync();
        var reader = await app.StartReaderAsync();
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        reader.Seen.Handle = async seen =>
        {
            reached.TrySetResult();
            await goOn.Task;
        };
        await app.AddAsync();
        var writer = await app.StartWriterAsync();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20), Ct);

        await writer.StopAsync();

        var outbox = (await app.Things.Find(t => t.Id == "u1").SingleAsync(Ct)).Outbox;
        goOn.SetResult();
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

        var outbox = (await app.Things.Find(t => t.Id == "u1").SingleAsync(Ct)).Outbox;
        Assert.Equal(successor!.Outbox.LeaseBy, outbox.LeaseBy);
        Assert.Single(outbox.Entries);
    }

    [Fact]
    [Proves(Requirement.EventSchema)]
    public async Task An_entry_that_nobody_can_read_holds_up_nothing_and_is_parked_in_the_end()
    {
        await using var app = await OutboxApp.CreateAsync();
        await app.AddAsync();
        await app.Things.UpdateOneAsync(t => t.Id == "u1", Builders<Thing>.Update.Set("outbox.entries.0.type", "FromTheFuture"), cancellationToken: Ct);
        await app.ChangeAsync(2);
        await app.StartReaderAsync();
        var writer = await app.StartWriterAsync();

        await app.DrainAsync();

        var outbox = (await app.Things.Find(t => t.Id == "u1").SingleAsync(Ct)).Outbox;
        Assert.Equal([2L], await app.AppliedAsync());
        Assert.Empty(outbox.Entries);
        var parked = Assert.Single(outbox.Parked!);
        Assert.Equal(("FromTheFuture", ParkedEvent.Unreadable), (parked.Entry.Type, parked.Reason));
        Assert.Single(writer.Log.Lines, line => line.Contains($"{parked.Entry.Id}", StringComparison.Ordinal));
        Assert.DoesNotContain(writer.Log.Lines, line => line.Contains("ada@example.org", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_entry_that_this_instance_cannot_read_is_left_to_one_that_can()
    {
        await using var app = await OutboxApp.CreateAsync();
        await app.AddAsync();
        await app.Things.UpdateOneAsync(t => t.Id == "u1", Builders<Thing>.Update.Set("outbox.entries.0.type", "FromTheFuture"), cancellationToken: Ct);
        await app.StartReaderAsync();
        await app.StartWriterAsync();
        await app.AdvanceAsync(TimeSpan.FromSeconds(5));

        // As if the other instance were of a newer version, which knows the event.
        await app.Things.UpdateOneAsync(t => t.Id == "u1", Builders<Thing>.Update.Set("outbox.entries.0.type", "UserUpdated"), cancellationToken: Ct);
        await app.DrainAsync();

        Assert.Equal([1L], await app.AppliedAsync());
    }

    [Fact]
    public async Task A_relay_stops_at_once_though_its_broker_does_not_answer()
    {
        using var silent = new SilentBroker();
        await using var app = await OutboxApp.CreateAsync();
        await app.AddAsync();
        var writer = await app.StartWriterAsync(("Messaging:Transport", "RabbitMq"), ("ConnectionStrings:RabbitMq", silent.ConnectionString));
        await Eventually.Until(
            async () => (await app.Things.Find(t => t.Id == "u1").SingleAsync(Ct)).Outbox.LeaseBy is not null, "the event is about to be published");

        var stop = writer.StopAsync();
        await Eventually.Until(
            () =>
            {
                // All in all less than a publish may take.
                app.Clock.Advance(app.Clock.GetUtcNow() < Events.At + TimeSpan.FromSeconds(4) ? TimeSpan.FromMilliseconds(100) : TimeSpan.Zero);
                return Task.FromResult(stop.IsCompleted);
            },
            "the service has stopped");

        var outbox = (await app.Things.Find(t => t.Id == "u1").SingleAsync(Ct)).Outbox;
        Assert.Single(outbox.Entries);
        Assert.Null(outbox.LeaseBy);
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

    [Fact]
    public async Task What_waits_is_found_by_an_index_that_holds_nothing_else()
    {
        await using var app = await OutboxApp.CreateAsync();
        await app.StartWriterAsync();

        var indexes = await (await app.Things.Indexes.ListAsync(Ct)).ToListAsync(Ct);

        var parked = Assert.Single(indexes, index => index["name"] == "outbox_parked");
        Assert.Equal(BsonDocument.Parse("{'outbox.parked.at': {$exists: true}}"), parked["partialFilterExpression"]);
        var pending = Assert.Single(indexes, index => index["name"] == "outbox_pending");
        Assert.Equal(BsonDocument.Parse("{'outbox.pendingAt': 1}"), pending["key"]);
        Assert.Equal(BsonDocument.Parse("{'outbox.pendingAt': {$exists: true}}"), pending["partialFilterExpression"]);
    }
}
