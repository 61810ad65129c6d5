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
}
