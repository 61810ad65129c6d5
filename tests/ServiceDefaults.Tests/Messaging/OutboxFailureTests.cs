using Microsoft.Extensions.DependencyInjection;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Messaging;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests.Messaging;

/// <summary>Consumers that take long or fail, and entries that cannot be read.</summary>
public sealed class OutboxFailureTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_consumer_that_takes_long_gets_its_event_once()
    {
        await using var app = await OutboxApp.CreateAsync();
        var reader = await app.StartReaderAsync();
        var held = reader.Seen.Hold();
        await app.AddAsync();
        await app.StartWriterAsync(OutboxApp.ShortLeases);
        await held.ReachedAsync();

        // Several leases long, so that the aggregate is leased anew and again.
        await app.AdvanceAsync(TimeSpan.FromMinutes(1));
        held.LetGo();
        await app.DrainAsync();

        Assert.Equal(1, held.Calls);
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
        var parked = Assert.Single((await app.FindAsync()).Outbox.Parked!);
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
            async () => calls == 1 && (await app.FindAsync()).Outbox.LeaseBy is null, "the first try has failed");

        // Time stands still, so the first event's next try never comes.
        await app.ChangeAsync(2);
        writer.Services.GetRequiredService<OutboxSignal>().Raise();

        await Eventually.Until(() => reader.Seen.Messages.Any(seen => seen.Event.Equals(Events.Updated(2))), "the later event is through");
        Assert.Equal(1, calls);
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

        var outbox = (await app.FindAsync()).Outbox;
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
}
