using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>A server of one test class, reached by the official driver over its socket; every test has a collection of its own.</summary>
public sealed class EmbeddedServer : IAsyncLifetime
{
    private EmbeddedMongoServer? _server;
    private int _collections;

    /// <summary>The server's clock: expiry happens when a test says so.</summary>
    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.Parse("2030-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));

    public MongoClient Client { get; private set; } = null!;

    public IMongoDatabase Database { get; private set; } = null!;

    public int Port => _server!.Port;

    public IMongoCollection<BsonDocument> NewCollection() =>
        Database.GetCollection<BsonDocument>($"c{Interlocked.Increment(ref _collections)}");

    public async Task<BsonDocument> RunAsync(string command, string database = "tests") =>
        await Client.GetDatabase(database).RunCommandAsync<BsonDocument>(BsonDocument.Parse(command), cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>The code a command is refused with.</summary>
    public async Task<int> RefusalAsync(string command, string database = "tests") =>
        (await Assert.ThrowsAsync<MongoCommandException>(() => RunAsync(command, database))).Code;

    public async ValueTask InitializeAsync()
    {
        _server = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { TimeProvider = Clock }, TestContext.Current.CancellationToken);
        Client = new MongoClient(_server.ConnectionString);
        Database = Client.GetDatabase("tests");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server!.DisposeAsync();
    }
}
