using MongoDB.Driver;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Appends events to an aggregate in the write that changes its state.</summary>
public static class OutboxUpdates
{
    /// <summary>The same update, which also appends <paramref name="events"/> to the document's outbox. Raise the <see cref="OutboxSignal"/> after the write.</summary>
    public static UpdateDefinition<T> Publishing<T>(this UpdateDefinition<T> update, DateTimeOffset now, params object[] events) =>
        events.Length == 0
            ? update
            : update
                .PushEach($"{Outbox.Element}.entries", events.Select(e => OutboxEntry.Of(e, now)))
                .Set($"{Outbox.Element}.pendingAt", now);
}
