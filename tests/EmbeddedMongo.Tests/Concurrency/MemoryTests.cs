using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EmbeddedMongo.Tests.Server;

namespace Visuels.EmbeddedMongo.Tests.Concurrency;

/// <summary>What clients leave behind or do not fetch costs the server no more than it can bear; it is a process of its own, to be measured.</summary>
public sealed class MemoryTests : IAsyncLifetime
{
    private const long Megabyte = 1024 * 1024;
    private readonly string _folder = Directory.CreateTempSubdirectory("embedded-mongo-tests-").FullName;
    private ServerProcess _server = null!;
    private MongoClient _client = null!;
    private IMongoDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ServerProcess.StartAsync(_folder);
        _client = new MongoClient(_server.ConnectionString);
        _database = _client.GetDatabase("d");
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
        return default;
    }

    [Fact]
    public async Task Of_two_thousand_abandoned_cursors_the_oldest_are_closed()
    {
        var things = _database.GetCollection<BsonDocument>("things");
        await things.InsertManyAsync(Enumerable.Range(0, 30).Select(i => new BsonDocument { { "_id", i }, { "m", -i }, { "text", new string('x', 20_000) } }), cancellationToken: Find.Ct);
        var before = _server.ResidentMemory;

        // Each has sorted 600 kB in memory and keeps them for its next batch.
        var ids = new List<long>();
        for (var i = 0; i < 2000; i++)
        {
            var answer = await _database.RunCommandAsync<BsonDocument>("{find: 'things', sort: {m: 1}, batchSize: 2}", cancellationToken: Find.Ct);
            ids.Add(answer["cursor"]["id"].AsInt64);
        }

        Assert.InRange(_server.ResidentMemory - before, long.MinValue, 400 * Megabyte);
        Task MoreAsync(long id) => _database.RunCommandAsync<BsonDocument>($"{{getMore: NumberLong('{id}'), collection: 'things'}}", cancellationToken: Find.Ct);
        Assert.Equal(43, (await Assert.ThrowsAsync<MongoCommandException>(() => MoreAsync(ids[0]))).Code);
        await MoreAsync(ids[^1]);
    }

    [Fact]
    public async Task Ten_thousand_connections_that_come_and_go_leave_nothing_behind()
    {
        var hello = RawClient.Command("{hello: 1}", "admin");
        async Task ConnectAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var socket = await OpenAsync();
                await socket.SendAsync(hello);

                // Every third one waits for its answer.
                if (i % 3 == 0)
                {
                    await socket.ReadAsync();
                }

                socket.Reset();
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ConnectAsync(125)));
        var (memory, sockets) = (_server.ResidentMemory, OpenSockets());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ConnectAsync(1125)));

        await Testing.Eventually.Until(() => OpenSockets() <= sockets, "the connections are closed");
        Assert.InRange(_server.ResidentMemory - memory, long.MinValue, 60 * Megabyte);
    }

    [Fact]
    public async Task Clients_that_never_read_cost_one_reply_each_and_nobody_else_waits()
    {
        const int Clients = 24;
        var things = _database.GetCollection<BsonDocument>("things");
        await things.InsertManyAsync(Enumerable.Range(0, 4).Select(i => new BsonDocument { { "_id", i }, { "text", new string('x', 2_000_000) } }), cancellationToken: Find.Ct);
        var (memory, sockets) = (_server.ResidentMemory, OpenSockets());
        var find = RawClient.Command("{find: 'things'}", "d");
        var deaf = new List<RawClient>();
        for (var i = 0; i < Clients; i++)
        {
            var socket = await OpenAsync();
            deaf.Add(socket);
            for (var request = 0; request < 5; request++)
            {
                await socket.SendAsync(find);
            }
        }

        for (var i = 0; i < 50; i++)
        {
            await things.InsertOneAsync(new BsonDocument("n", i), cancellationToken: Find.Ct);
        }

        // 8 MB is one reply; the buffer for it may be twice as large.
        Assert.InRange(_server.ResidentMemory - memory, long.MinValue, Clients * 20 * Megabyte);
        deaf.ForEach(socket => socket.Dispose());
        await Testing.Eventually.Until(() => OpenSockets() <= sockets, "the connections are closed");
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_the_find_it_no_longer_waits_for()
    {
        var things = _database.GetCollection<BsonDocument>("things");
        await things.InsertManyAsync(Enumerable.Range(0, 30_000).Select(i => new BsonDocument("_id", i)), cancellationToken: Find.Ct);
        var sockets = OpenSockets();

        // Many minutes' work, and the connection is only let go of when it is over.
        using (var socket = await OpenAsync())
        {
            await socket.SendAsync(RawClient.Command("{find: 'things', filter: {$expr: {$eq: [{$size: {$range: [0, 400000]}}, 1]}}}", "d"));
            await Testing.Eventually.Until(() => OpenSockets() > sockets, "the server has begun");
        }

        await Testing.Eventually.Until(() => OpenSockets() <= sockets, "the connection is let go of");
    }

    // A descriptor may be gone between being listed and being looked at.
    private int OpenSockets() => Directory.EnumerateFiles($"/proc/{_server.Id}/fd")
        .Count(file => new FileInfo(file).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    private Task<RawClient> OpenAsync() => RawClient.ConnectAsync(new MongoUrl(_server.ConnectionString).Server.Port);
}
