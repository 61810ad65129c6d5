using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>The server as a process of its own.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("embedded-mongo-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_acknowledged_survives_kill_minus_nine()
    {
        const int Writers = 8;
        var acknowledged = new List<int>[Writers];
        for (var round = 0; round < 3; round++)
        {
            using var server = await ServerProcess.StartAsync(_folder);
            using var client = new MongoClient(server.ConnectionString);
            var things = client.GetDatabase("d").GetCollection<BsonDocument>("things");
            await things.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>("{writer: 1, tags: 1}"), cancellationToken: Find.Ct);
            var enough = new TaskCompletionSource();
            using var killed = CancellationTokenSource.CreateLinkedTokenSource(Find.Ct);
            var total = 0;

            var writing = Enumerable.Range(0, Writers).Select(async writer =>
            {
                var mine = acknowledged[writer] ??= [];
                try
                {
                    while (true)
                    {
                        var n = mine.Count == 0 ? 0 : mine[^1] + 1;
                        await things.InsertOneAsync(new BsonDocument { { "writer", writer }, { "n", n }, { "tags", new BsonArray { "x", n } } }, cancellationToken: killed.Token);
                        mine.Add(n);
                        if (Interlocked.Increment(ref total) == 400)
                        {
                            enough.SetResult();
                        }
                    }
                }
                catch (Exception error) when (error is MongoException or IOException or OperationCanceledException)
                {
                    // The process is gone; this insert was not acknowledged, so its number may be used again.
                }
            }).ToList();
            await Task.WhenAny(enough.Task, Task.WhenAll(writing));
            Assert.True(enough.Task.IsCompletedSuccessfully, "The writers ended before the server did.");
            server.Kill();
            await killed.CancelAsync();
            await Task.WhenAll(writing);

            using var again = await ServerProcess.StartAsync(_folder);
            using var reader = new MongoClient(again.ConnectionString);
            var stored = reader.GetDatabase("d").GetCollection<BsonDocument>("things");
            for (var writer = 0; writer < Writers; writer++)
            {
                var byIndex = await stored.Find($"{{writer: {writer}, tags: 'x'}}").ToListAsync(Find.Ct);
                var byScan = await stored.Find($"{{$or: [{{writer: {writer}}}, {{none: 1}}]}}").ToListAsync(Find.Ct);
                Assert.Empty(acknowledged[writer].Except(byIndex.Select(d => d["n"].AsInt32)));
                Assert.Equal(byScan.Select(d => d["_id"]).Order(), byIndex.Select(d => d["_id"]).Order());
            }
        }
    }

    [Fact]
    public async Task It_says_when_it_is_ready_and_stops_cleanly_on_SIGTERM()
    {
        using var server = await ServerProcess.StartAsync(_folder);
        using var client = new MongoClient(server.ConnectionString);
        await client.GetDatabase("d").GetCollection<BsonDocument>("c").InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: Find.Ct);

        Assert.Equal(0, await server.TerminateAsync());
        Assert.False(File.Exists(Path.Combine(_folder, "data.sqlite-wal")));
    }

    [Fact]
    public async Task A_taken_port_is_named_in_one_line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        await FailsWith($"Port {port} cannot be listened on", "--port", $"{port}", "--data", _folder);
    }

    [Fact]
    public async Task A_folder_in_use_by_another_server_is_named_in_one_line()
    {
        await using var other = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { DataFolder = _folder }, Find.Ct);

        await FailsWith("is in use by another server", "--port", "0", "--data", _folder);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named_in_one_line()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "", Find.Ct);

        await FailsWith("cannot be used", "--port", "0", "--data", Path.Combine(file, "below"));
    }

    [Theory]
    [InlineData("Unknown switch --nonsense", "--nonsense")]
    [InlineData("--port needs a value", "--port", "many")]
    [InlineData("--data needs a value", "--data")]
    public Task A_switch_it_does_not_know_is_named_in_one_line(string message, params string[] arguments) => FailsWith(message, arguments);

    private static async Task FailsWith(string message, params string[] arguments)
    {
        using var process = ServerProcess.Launch(arguments);
        var errors = await process.StandardError.ReadToEndAsync(Find.Ct);
        await process.WaitForExitAsync(Find.Ct);

        Assert.Equal(1, process.ExitCode);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    private sealed class ServerProcess(Process process, string connectionString) : IDisposable
    {
        public string ConnectionString { get; } = connectionString;

        public static async Task<ServerProcess> StartAsync(string folder)
        {
            var process = Launch("--port", "0", "--data", folder);
            var ready = await process.StandardOutput.ReadLineAsync(Find.Ct) ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(Find.Ct));
            return new ServerProcess(process, ready.Split(' ').Single(word => word.StartsWith("mongodb://", StringComparison.Ordinal)));
        }

        public static Process Launch(params string[] arguments) => Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Visuels.EmbeddedMongo.dll"), .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;

        public void Kill()
        {
            process.Kill();
            process.WaitForExit();
        }

        public async Task<int> TerminateAsync()
        {
            using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            await process.WaitForExitAsync(Find.Ct);
            return process.ExitCode;
        }

        public void Dispose()
        {
            if (!process.HasExited)
            {
                Kill();
            }

            process.Dispose();
        }
    }
}
