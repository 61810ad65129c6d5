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

    private async Task WriteUntilKilledAsync(List<Book> books, int writes)
    {
        using var server = await ServerProcess.StartAsync(_folder);
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
                        server.Kill();
                        await killed.CancelAsync();
                    }
                }
            }
            catch (Exception error) when (error is OperationCanceledException || (error is MongoException and not MongoServerException) || error is IOException)
            {
                // The process is gone, and with it the answer to the last write.
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
