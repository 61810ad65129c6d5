using Microsoft.Data.Sqlite;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

public sealed class ValidateTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("embedded-mongo-tests-").FullName;
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_counts_records_and_the_keys_of_every_index()
    {
        await _things.IndexAsync("{tags: 1}");
        await _things.IndexAsync("{some: 1}", new CreateIndexOptions<BsonDocument> { Sparse = true });
        await _things.InsertAsync("{_id: 1, tags: ['a', 'b'], some: 1}", "{_id: 2, tags: 'a'}", "{_id: 3}");

        var result = await server.RunAsync($"{{validate: '{Name}', full: true}}");

        Assert.True(result["valid"].AsBoolean);
        Assert.Equal($"tests.{Name}", result["ns"]);
        Assert.Equal((3, 3), (result["nrecords"].AsInt32, result["nIndexes"].AsInt32));
        Assert.Equal(BsonDocument.Parse("{_id_: 3, tags_1: 4, some_1: 1}"), result["keysPerIndex"]);
        Assert.Equal(BsonDocument.Parse("{_id_: {valid: true}, tags_1: {valid: true}, some_1: {valid: true}}"), result["indexDetails"]);
        Assert.Empty(result["errors"].AsBsonArray);
    }

    [Theory]
    [InlineData("{validate: 'missing'}", 26)]
    [InlineData("{validate: 'x', full: true, background: true}", 72)]
    [InlineData("{validate: 'x', enforceFastCount: true, background: true}", 72)]
    [InlineData("{validate: 'x', repair: true}", 238)]
    [InlineData("{validate: 'x', metadata: true}", 238)]
    [InlineData("{validate: 'x', checkBSONConformance: true}", 238)]
    public async Task What_it_cannot_validate_is_refused(string command, int code) => Assert.Equal(code, await server.RefusalAsync(command));

    [Theory]
    [InlineData("DELETE FROM i1 WHERE rid = 1", "a_1")]
    [InlineData("INSERT INTO i1 VALUES (x'00', 1)", "a_1")]
    [InlineData("UPDATE i1 SET rid = 3 - rid", "a_1")]
    [InlineData("UPDATE i2 SET score = 7 WHERE rid = 1", "t_text")]
    [InlineData("DELETE FROM i2 WHERE rid = 2", "t_text")]
    [InlineData("UPDATE c1 SET id = x'00' WHERE rid = 1", "_id_")]
    [InlineData("UPDATE indexes SET multikey = 0", "a_1")]
    [InlineData("UPDATE c1 SET doc = x'0500' WHERE rid = 1", null)]
    public async Task It_finds_every_disagreement_of_an_index_with_its_collection(string damage, string? index)
    {
        await using (var store = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { DataFolder = _folder }, Find.Ct))
        {
            using var client = new MongoClient(store.ConnectionString);
            var things = client.GetDatabase("d").GetCollection<BsonDocument>("things");
            await things.IndexAsync("{a: 1}");
            await things.IndexAsync("{t: 'text'}", new CreateIndexOptions<BsonDocument> { DefaultLanguage = "none" });
            await things.InsertAsync("{_id: 1, a: [1, 2], t: 'one two'}", "{_id: 2, a: 3, t: 'two'}");
            Assert.True((await ValidateAsync(client))["valid"].AsBoolean);
        }

        Execute(damage);
        await using var again = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { DataFolder = _folder }, Find.Ct);
        using var reader = new MongoClient(again.ConnectionString);
        var result = await ValidateAsync(reader);

        Assert.False(result["valid"].AsBoolean);
        Assert.NotEmpty(result["errors"].AsBsonArray);
        if (index is null)
        {
            Assert.Equal(1, result["nInvalidDocuments"]);
        }
        else
        {
            Assert.False(result["indexDetails"][index]["valid"].AsBoolean);
        }
    }

    private static Task<BsonDocument> ValidateAsync(MongoClient client) =>
        client.GetDatabase("d").RunCommandAsync<BsonDocument>("{validate: 'things'}", cancellationToken: Find.Ct);

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "data.sqlite")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.True(command.ExecuteNonQuery() > 0);
    }
}
