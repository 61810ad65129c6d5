using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Messaging;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests.Messaging;

/// <summary>What waits in an outbox goes out, in order, and nothing is lost or sent twice on the way.</summary>
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
        // Time stands still: what goes out is signalled, or found at the start.
        await Eventually.Until(app.IsDrainedAsync, "the outboxes are empty");

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
        var held = reader.Seen.Hold(app.ApplyAsync);
        await app.AddAsync();
        await app.StartWriterAsync();
        await app.AdvanceUntilAsync(() => Task.FromResult(held.IsReached), "the first event is on its way");

        await app.ChangeAsync(2);
        held.LetGo();
        await app.DrainAsync();

        Assert.Equal([1L, 2L], await app.AppliedAsync());
    }

    [Fact]
    public async Task What_was_appended_meanwhile_goes_out_at_once_and_does_not_wait_for_the_next_look()
    {
        await using var app = await OutboxApp.CreateAsync();
        var reader = await app.StartReaderAsync();
        var held = reader.Seen.Hold(app.ApplyAsync);
        await app.AddAsync();
        await app.StartWriterAsync();
        await held.ReachedAsync();
        // Until the relay has looked again, found the aggregate leased and lain down.
        var idle = await app.Leases.LeaseAsync(TimeSpan.FromSeconds(10), Ct);
        Assert.Null(idle);

        await app.ChangeAsync(2);
        held.LetGo();

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

        await Eventually.Until(app.IsDrainedAsync, "the outbox is empty though time stands still");
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
