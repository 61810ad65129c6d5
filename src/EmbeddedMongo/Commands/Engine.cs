using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>What all commands work on.</summary>
internal sealed record Engine(Store Store, Cursors Cursors, TimeProvider Clock, int MaxConnections)
{
    public Counters Counters { get; } = new();

    public DateTimeOffset Started { get; } = Clock.GetUtcNow();
}
