using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EmbeddedMongo.Tests.Durability;
using Visuels.EmbeddedMongo.Tests.Server;

namespace Visuels.EmbeddedMongo.Tests.Concurrency;

public sealed class MixedWorkTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    // A deadlock would show, and a busy machine would not.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    [Fact]
    public async Task Sixty_four_connections_of_mixed_work_and_changing_indexes_see_consistent_answers()
    {
        await _things.IndexAsync("{group: 1, n: 1}");
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async worker =>
        {
            for (var i = 0; i < 20; i++)
            {
                await _things.InsertOneAsync(new BsonDocument { { "_id", $"{worker}-{i}" }, { "group", worker }, { "n", i } }, cancellationToken: Find.Ct);
                await _things.UpdateAsync($"{{_id: '{worker}-{i}'}}", $"{{$set: {{tags: ['{i}', 'all']}}}}");
                Assert.Equal(i + 1, await _things.CountDocumentsAsync($"{{group: {worker}}}", cancellationToken: Find.Ct));
                Assert.Equal($"{worker}-{i}", await _things.IdsAsync($"{{group: {worker}}}", "{n: -1}", limit: 1));
                if (worker == 0 && i % 5 == 0)
                {
                    await _things.IndexAsync("{tags: 1}");
                    await _things.Indexes.DropOneAsync("tags_1", Find.Ct);
                }
            }
        }));

        Assert.Equal(64 * 20, await _things.CountDocumentsAsync("{tags: 'all'}", cancellationToken: Find.Ct));
    }

    [Fact]
    public async Task Sixty_four_clients_of_their_own_documents_find_what_they_wrote_and_every_index_agrees()
    {
        await using var own = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions(), Find.Ct);
        using var client = new MongoClient(new MongoClientSettings { Server = new MongoServerAddress("127.0.0.1", own.Port), DirectConnection = true, MinConnectionPoolSize = 64 });
        var things = await Book.OpenAsync(client);
        var books = Enumerable.Range(0, 64).Select(writer => new Book(writer, seed: 1000 + writer)).ToList();

        await Task.WhenAll(books.Select(async (book, writer) =>
        {
            for (var i = 0; i < 16; i++)
            {
                await book.WriteAsync(things, Find.Ct);
                if (i % 4 == 3)
                {
                    book.Compare(await things.Find($"{{writer: {writer}, tags: 'all'}}", new FindOptions { BatchSize = 2 }).ToListAsync(Find.Ct));
                    book.Compare(await things.Find($"{{writer: {writer}, $text: {{$search: 'common'}}}}").ToListAsync(Find.Ct));
                    book.Compare(await things.Aggregate().Match($"{{writer: {writer}}}").Sort("{key: 1}").ToListAsync(Find.Ct));
                }
            }
        })).WaitAsync(Patience, Find.Ct);

        var stored = await things.Find("{}").ToListAsync(Find.Ct);
        books.ForEach(b => b.Compare(stored));
        await Validated.CheckAsync(client.GetDatabase("d"), "things");
    }

    [Fact]
    public async Task Indexes_come_and_go_while_documents_are_written()
    {
        var books = Enumerable.Range(0, 8).Select(writer => new Book(writer, seed: 2000 + writer)).ToList();
        var writing = Task.WhenAll(books.Select(async book =>
        {
            for (var i = 0; i < 60; i++)
            {
                await book.WriteAsync(_things, Find.Ct);
            }
        }));

        string[] keys = ["{key: 1}", "{tags: 1}", "{text: 'text'}", "{version: -1, tags: 1}"];
        for (var i = 0; !writing.IsCompleted || i < 8; i++)
        {
            var name = await _things.IndexAsync(keys[i % 4], new CreateIndexOptions<BsonDocument> { Unique = i % 4 == 0 ? true : null });
            await Validated.CheckAsync(server.Database, _things.CollectionNamespace.CollectionName);
            if (i % 3 != 0)
            {
                await _things.Indexes.DropOneAsync(name, Find.Ct);
            }
        }

        await writing.WaitAsync(Patience, Find.Ct);
        var stored = await _things.Find("{}").ToListAsync(Find.Ct);
        books.ForEach(b => b.Compare(stored));
        await Validated.CheckAsync(server.Database, _things.CollectionNamespace.CollectionName);
    }

    [Fact]
    public async Task A_unique_index_over_duplicates_is_refused_while_documents_are_written_and_leaves_nothing()
    {
        await _things.InsertAsync("{_id: 'a', twice: 1}", "{_id: 'b', twice: 1}");
        var writing = Task.WhenAll(Enumerable.Range(0, 200).Select(i => _things.InsertOneAsync(new BsonDocument { { "_id", i }, { "twice", -i } }, cancellationToken: Find.Ct)));

        var refused = await Assert.ThrowsAsync<MongoCommandException>(() => _things.IndexAsync("{twice: 1}", new CreateIndexOptions<BsonDocument> { Unique = true }));

        Assert.Equal(11000, refused.Code);
        await writing.WaitAsync(Patience, Find.Ct);
        Assert.Single(await (await _things.Indexes.ListAsync(Find.Ct)).ToListAsync(Find.Ct));
        Assert.Equal(202, await _things.CountDocumentsAsync("{}", cancellationToken: Find.Ct));
    }

    [Fact]
    public async Task A_database_dropped_again_and_again_amid_work_disturbs_nobody()
    {
        var database = server.Client.GetDatabase("dropped");
        var working = Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
        {
            var things = database.GetCollection<BsonDocument>($"c{worker % 4}");
            for (var i = 0; i < 40; i++)
            {
                await things.InsertOneAsync(new BsonDocument { { "worker", worker }, { "tags", new BsonArray { i, "x" } } }, cancellationToken: Find.Ct);
                await things.UpdateManyAsync("{worker: 1}", "{$inc: {n: 1}}", cancellationToken: Find.Ct);
                await things.Find("{tags: 'x'}").Limit(5).ToListAsync(Find.Ct);
                await things.IndexAsync("{tags: 1}");
                await things.CountDocumentsAsync("{}", cancellationToken: Find.Ct);
            }
        }));
        for (var i = 0; i < 20 || !working.IsCompleted; i++)
        {
            await server.Client.DropDatabaseAsync("dropped", Find.Ct);
        }

        await working.WaitAsync(Patience, Find.Ct);
        await database.GetCollection<BsonDocument>("c0").InsertOneAsync("{_id: 1}");
        await Validated.CheckAsync(database, "c0");
    }
}
