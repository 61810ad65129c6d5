using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Visuels.EmbeddedMongo.Commands;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo;

/// <summary>A small standalone MongoDB for development and tests: MongoDB's wire protocol over SQLite.</summary>
public sealed class EmbeddedMongoServer : IAsyncDisposable
{
    private readonly Store _store;
    private readonly WireServer _wire;
    private readonly Housekeeping _housekeeping;
    private readonly string? _temporaryFolder;
    private bool _disposed;

    private EmbeddedMongoServer(Store store, WireServer wire, Housekeeping housekeeping, string folder, bool isTemporary)
    {
        _store = store;
        _wire = wire;
        _housekeeping = housekeeping;
        _temporaryFolder = isTemporary ? folder : null;
        DataFolder = folder;
    }

    /// <summary>The TCP port it listens on.</summary>
    public int Port => _wire.Port;

    /// <summary>The folder that holds the data.</summary>
    public string DataFolder { get; }

    /// <summary>What to give to a driver on this machine.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"mongodb://127.0.0.1:{Port}/?directConnection=true");

    /// <summary>Opens the data folder and listens.</summary>
    /// <param name="options">Where to keep data and to listen.</param>
    /// <param name="ct">Gives up starting.</param>
    /// <exception cref="EmbeddedMongoException">The folder cannot be used or the port is taken.</exception>
    public static async Task<EmbeddedMongoServer> StartAsync(EmbeddedMongoOptions options, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(options);
        var isTemporary = options.DataFolder is null;
        var folder = Path.GetFullPath(options.DataFolder ?? Directory.CreateTempSubdirectory("embedded-mongo-").FullName);
        Store? store = null;
        try
        {
            // What is deleted at the end anyway need not outlive a power failure.
            store = Store.Open(folder, flushEveryCommit: !isTemporary);
            var logs = options.LoggerFactory ?? NullLoggerFactory.Instance;
            var engine = new Engine(store, new Cursors(options.TimeProvider), options.TimeProvider, options.MaxConnections);
            var runner = new CommandRunner(engine, logs.CreateLogger<EmbeddedMongoServer>());
            var wire = await WireServer.StartAsync(options, runner, ct);
            return new EmbeddedMongoServer(store, wire, new Housekeeping(engine, logs.CreateLogger<EmbeddedMongoServer>()), folder, isTemporary);
        }
        catch
        {
            store?.Dispose();
            DeleteIf(isTemporary, folder);
            throw;
        }
    }

    /// <summary>Answers what is being worked on, closes all connections, and flushes the data.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _wire.DisposeAsync();
        await _housekeeping.DisposeAsync();
        _store.Dispose();
        DeleteIf(_temporaryFolder is not null, DataFolder);
    }

    private static void DeleteIf(bool isTemporary, string folder)
    {
        if (isTemporary && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
