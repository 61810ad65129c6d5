using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;
using Visuels.Testing;

namespace Visuels.Reliability.Rig;

/// <summary>EmbeddedMongo as a process on a folder that outlives it, and this program's own way into it.</summary>
internal sealed class StoreProcess : IAsyncDisposable
{
    private readonly int _port;
    private readonly string _folder;
    private readonly string _logFile;
    private readonly MongoClient _client;
    private ProgramProcess? _process;

    public StoreProcess(int port, string folder, string logFile)
    {
        (_port, _folder, _logFile) = (port, folder, logFile);
        MongoConventions.Register();
        var settings = MongoClientSettings.FromConnectionString(ConnectionString);
        settings.ServerSelectionTimeout = TimeSpan.FromSeconds(5);
        settings.HeartbeatInterval = TimeSpan.FromSeconds(1);
        _client = new MongoClient(settings);
    }

    public int Port => _port;

    public string ConnectionString => ConnectionStringFor(_port);

    public bool IsRunning => _process is { HasEnded: false };

    /// <summary>The database of a service.</summary>
    public IMongoDatabase this[string service] => _client.GetDatabase($"visuels-{service}");

    /// <summary>For a link through a proxy.</summary>
    public static string ConnectionStringFor(int port) => $"mongodb://127.0.0.1:{port}/?directConnection=true";

    /// <summary>Starts it, the first time or after a kill, and waits until it answers.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        _process = ProgramProcess.Start("Visuels.EmbeddedMongo.dll", ["--port", $"{_port}", "--data", _folder], readyLine: $"{_port}", logFile: _logFile);
        await _process.ReadyAsync(ct);
        await Eventually.Until(() => AnswersAsync(ct), "the store answers");
    }

    /// <summary>As a power cut would: SIGKILL.</summary>
    public async Task KillAsync() => await _process!.DisposeAsync();

    /// <summary>SIGSTOP: it holds its connections and does nothing.</summary>
    public Task StopAsync(CancellationToken ct) => _process!.SignalAsync("STOP", ct);

    /// <summary>SIGCONT.</summary>
    public Task ContinueAsync(CancellationToken ct) => _process!.SignalAsync("CONT", ct);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _client.Dispose();
    }

    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        try
        {
            await _client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("ping", 1), cancellationToken: ct);
            return true;
        }
        catch (Exception e) when (e is MongoException or TimeoutException)
        {
            return false;
        }
    }
}
