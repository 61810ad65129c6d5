using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EmbeddedMongo.Tests.Server;

namespace Visuels.EmbeddedMongo.Tests.Durability;

/// <summary>The server as a process that ends without warning.</summary>
public sealed class KillTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("embedded-mongo-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task After_each_of_twenty_kills_amid_eight_writers_all_that_was_acknowledged_is_there_and_in_every_index()
    {
        var books = Enumerable.Range(0, 8).Select(writer => new Book(writer, seed: writer)).ToList();
        for (var round = 0; round < 20; round++)
        {
            await WriteUntilKilledAsync(books, writes: 60 + (37 * round % 100));
            await CheckAsync(books);
        }
    }

    [Fact]
    public async Task A_stop_amid_writers_loses_nothing_and_waits_neither_for_long_finds_nor_for_clients_that_never_read()
    {
        var books = Enumerable.Range(0, 8).Select(writer => new Book(writer, seed: 100 + writer)).ToList();
        using var server = await ServerProcess.StartAsync(_folder);
        using var client = new MongoClient(server.ConnectionString);
        var port = client.Settings.Server.Port;
        var others = client.GetDatabase("d").GetCollection<BsonDocument>("others");
        await others.InsertManyAsync(Enumerable.Range(0, 5000).Select(i => new BsonDocument { { "_id", i }, { "text", new string('x', 3000) } }), cancellationToken: Find.Ct);
        using var patient = await RawClient.ConnectAsync(port);
        await patient.SendAsync(RawClient.Command("{find: 'others', filter: {$expr: {$eq: [{$size: {$range: [0, 400000]}}, 1]}}}", "d"));
        using var deaf = await RawClient.ConnectAsync(port);
        await deaf.SendAsync([.. Enumerable.Repeat(RawClient.Command("{find: 'others', batchSize: 5000}", "d"), 3).SelectMany(bytes => bytes)]);

        await WriteUntilAsync(server, books, writes: 100, () => server.TerminateAsync().WaitAsync(Testing.Eventually.Patience, Find.Ct));

        Assert.False(File.Exists(Path.Combine(_folder, "data.sqlite-wal")));
        await CheckAsync(books);
    }

    private async Task WriteUntilKilledAsync(List<Book> books, int writes)
    {
        using var server = await ServerProcess.StartAsync(_folder);
        await WriteUntilAsync(server, books, writes, () =>
        {
            server.Kill();
            return Task.CompletedTask;
        });
    }

    private static async Task WriteUntilAsync(ServerProcess server, List<Book> books, int writes, Func<Task> end)
    {
        using var client = new MongoClient(server.ConnectionString);
        using var killed = CancellationTokenSource.CreateLinkedTokenSource(Find.Ct);
        var things = await Book.OpenAsync(client);
        var left = writes;
        await Task.WhenAll(books.Select(async book =>
        {
            try
            {
                while (true)
                {
                    await book.WriteAsync(things, killed.Token);
                    if (Interlocked.Decrement(ref left) == 0)
                    {
                        // The others are in the middle of their writes.
                        await end();
                        await killed.CancelAsync();
                    }
                }
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or MongoCommandException { Code: 11600 } || (error is MongoException and not MongoServerException))
            {
                // The process is gone or going, and with it the answer to the last write.
            }
        }));
        Assert.True(left <= 0, "The writers ended before the server did.");
    }

    // Read where it is fastest: in this process, in the files the other left behind.
    private async Task CheckAsync(List<Book> books)
    {
        await using var server = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { DataFolder = _folder }, Find.Ct);
        using var client = new MongoClient(server.ConnectionString);
        var stored = await client.GetDatabase("d").GetCollection<BsonDocument>("things").Find("{}").ToListAsync(Find.Ct);

        books.ForEach(b => b.Compare(stored));
        await Validated.CheckAsync(client.GetDatabase("d"), "things");
    }
}
