using System.Text.Json;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Tests.Messaging;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests.RabbitMq;

/// <summary>What becomes of a message, good or bad, between its publisher and its reader.</summary>
[Collection(nameof(RabbitMqHosts))]
public sealed class RabbitMqDeliveryTests(RabbitMqHosts hosts) : IAsyncLifetime
{
    private const string Readers = RabbitMqClient.Readers;

    private RabbitMqClient _broker = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _broker = await RabbitMqClient.ConnectAsync((await hosts.NextAsync()).ConnectionString);

    public ValueTask DisposeAsync() => _broker?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task An_event_published_before_its_readers_ever_started_reaches_them()
    {
        await using (var auth = await _broker.StartAsync("auth"))
        {
            await auth.PublishAsync(Events.Registered());
        }

        await using var order = await ReaderAsync();

        await Eventually.Until(() => order.Seen.In(Readers).Any(), "the event arrives");
        Assert.Equal(Events.Registered(), order.Seen.In(Readers).Single().Event);
    }

    [Fact]
    public async Task On_the_wire_an_event_is_the_JSON_that_its_outbox_held()
    {
        await using var auth = await _broker.StartAsync("auth");
        var entry = OutboxEntry.Of(Events.Registered(), Events.At);
        await auth.Publisher.PublishAsync(entry, Ct);

        var message = await Eventually.Until(() => _broker.Channel.BasicGetAsync(Readers, autoAck: true, Ct), "the queue holds the event");
        using var envelope = JsonDocument.Parse(message.Body);

        Assert.Equal(entry.Body, envelope.RootElement.GetProperty("message").GetRawText());
        Assert.Equal(entry.Id.ToString(), envelope.RootElement.GetProperty("messageId").GetString());
    }

    [Fact]
    [Proves(Requirement.EventSchema)]
    public async Task A_message_that_fails_for_good_ends_in_the_error_queue_and_stops_nothing_behind_it()
    {
        await using var order = await ReaderAsync();
        var tries = 0;
        order.Seen.Handle = seen =>
        {
            if (((UserRegistered)seen.Event).Version != 1)
            {
                return Task.CompletedTask;
            }

            Interlocked.Increment(ref tries);
            throw new InvalidOperationException("poison");
        };
        await order.PublishAsync(Events.Registered(1));
        await order.PublishAsync(Events.Registered(2));

        await Eventually.Until(() => order.Seen.In(Readers).Any(), "the event arrives");
        await _broker.HoldsAsync($"{Readers}_error", 1);
        Assert.Equal(2, tries);
    }

    [Fact]
    public async Task A_message_waits_for_what_its_consumer_needs_and_does_not_end_among_the_failed()
    {
        await using var order = await ReaderAsync();
        var tries = 0;
        order.Seen.Handle = _ => Interlocked.Increment(ref tries) < 5 ? throw new DependencyUnavailableException("auth") : Task.CompletedTask;

        await order.PublishAsync(Events.Registered());

        await Eventually.Until(() => order.Seen.In(Readers).Any(), "the event is handled");
        Assert.Equal(5, tries);
        Assert.Equal(0u, await _broker.CountAsync($"{Readers}_error"));
    }

    [Fact]
    [Proves(Requirement.EventSchema)]
    public async Task What_no_service_of_ours_sends_is_put_aside_and_its_reader_goes_on()
    {
        await using var order = await ReaderAsync();
        const string Ours = "urn:message:Visuels.Contracts.Accounts:UserRegistered";
        string[] forged =
        [
            "no JSON at all",
            "[1,2,3]",
            "{}",
            $$"""{"messageId":"{{Guid.NewGuid()}}","messageType":["urn:message:Visuels.Contracts.Accounts:UserPromoted"],"message":{"userId":"u1","role":"ADMIN"} }""",
            $$"""{"messageId":"{{Guid.NewGuid()}}","messageType":["urn:message:System.Diagnostics:Process"],"message":{"$type":"System.Diagnostics.Process, System","fileName":"sh"} }""",
            $$"""{"messageId":"{{Guid.NewGuid()}}","messageType":["{{Ours}}"],"message":{"userId":{"$gt":""},"version":"many"} }""",
            $$"""{"messageId":"{{Guid.NewGuid()}}","messageType":["{{Ours}}"],"message":{"userId":"u1","version":1,"email":"{{new string('x', 100_000)}}","username":"u","name":"U","role":"USER","at":"2026-01-01T00:00:00Z"} }""",
        ];

        await order.PublishAsync(Events.Registered(1));
        await Eventually.Until(() => order.Seen.In(Readers).Any(), "the reader is there");
        foreach (var body in forged)
        {
            await _broker.SendAsync(Readers, body);
        }

        await order.PublishAsync(Events.Registered(2));

        await Eventually.Until(() => order.Seen.In(Readers).Count() == 2, "the event behind them arrives");
        await Eventually.Until(
            async () => await _broker.CountAsync($"{Readers}_error") + await _broker.CountAsync($"{Readers}_skipped") == forged.Length, "each of them is put aside");
        Assert.Equal([Events.Registered(1), Events.Registered(2)], order.Seen.In(Readers).Select(seen => seen.Event));
    }

    private Task<MessagingHost> ReaderAsync() => _broker.StartAsync("order", bus => bus.Record<UserRegistered>(Readers));
}
