using Microsoft.Extensions.Logging;

namespace Visuels.EmbeddedMongo;

/// <summary>Where an <see cref="EmbeddedMongoServer"/> keeps its data and listens.</summary>
public sealed class EmbeddedMongoOptions
{
    /// <summary>The folder that holds all databases; null means a temporary one, deleted when the server is disposed.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The TCP port; 0 means a free one.</summary>
    public int Port { get; init; }

    /// <summary>Listens on all addresses instead of 127.0.0.1. There is no authentication.</summary>
    public bool AllowRemote { get; init; }

    /// <summary>The clock that TTL indexes and idle cursors follow.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Receives what went wrong inside the server; null means nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>More connections than this are closed as they come.</summary>
    internal int MaxConnections { get; init; } = 10_000;
}
