namespace Visuels.ServiceDefaults.Messaging;

/// <summary>What becomes of one leased aggregate's events.</summary>
internal sealed class RelayRound(OutboxDocument leased)
{
    public OutboxDocument Leased => leased;

    /// <summary>What is on its way.</summary>
    public List<(OutboxEntry Entry, Delivery Delivery)> Deliveries { get; } = [];

    /// <summary>What has arrived.</summary>
    public List<Guid> Done { get; } = [];

    /// <summary>What is given up.</summary>
    public List<ParkedEvent> Parked { get; } = [];

    /// <summary>What the outbox still holds afterwards.</summary>
    public IEnumerable<OutboxEntry> Left => leased.Outbox.Entries.Where(e => !Done.Contains(e.Id) && !Parked.Exists(p => p.Entry.Id == e.Id));
}
