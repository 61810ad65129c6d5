using MongoDB.Driver;
using Visuels.EmbeddedMongo;

namespace Visuels.Benchmarks.EmbeddedMongo;

/// <summary>The servers that the benchmarks talk to, over a socket as everybody does; started when first asked for.</summary>
internal sealed class Stores : IAsyncDisposable
{
    // Beside the program, since a temporary folder may be no more than memory.
    private readonly string _durableFolder = Path.Combine(AppContext.BaseDirectory, "durable-store");
    private readonly List<IAsyncDisposable> _servers = [];
    private IMongoDatabase? _temporary;
    private IMongoDatabase? _durable;

    /// <summary>As tests use it: nothing waits for the disk.</summary>
    public async Task<IMongoDatabase> TemporaryAsync() => _temporary ??= await StartAsync(null);

    /// <summary>In a folder given by name: every commit waits until the disk has it.</summary>
    public async Task<IMongoDatabase> DurableAsync()
    {
        if (_durable is null)
        {
            DeleteDurableFolder();
            _durable = await StartAsync(_durableFolder);
        }

        return _durable;
    }

    public async ValueTask DisposeAsync()
    {
        _temporary?.Client.Dispose();
        _durable?.Client.Dispose();
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        DeleteDurableFolder();
    }

    private async Task<IMongoDatabase> StartAsync(string? folder)
    {
        var server = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { DataFolder = folder }, CancellationToken.None);
        _servers.Add(server);
        return new MongoClient(server.ConnectionString).GetDatabase("benchmarks");
    }

    private void DeleteDurableFolder()
    {
        if (Directory.Exists(_durableFolder))
        {
            Directory.Delete(_durableFolder, recursive: true);
        }
    }
}
