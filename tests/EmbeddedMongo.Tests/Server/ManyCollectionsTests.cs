using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

public sealed class ManyCollectionsTests : IAsyncLifetime
{
    private static readonly string[] Names = [.. Enumerable.Range(0, 40).Select(n => $"many{n}")];
    private readonly string _folder = Directory.CreateTempSubdirectory("many-collections-").FullName;
    private EmbeddedMongoServer _server = null!;
    private MongoClient _client = null!;

    [Fact]
    public async Task Collections_and_indexes_of_any_kind_keep_apart_however_many_are_made_and_dropped()
    {
        foreach (var name in Names)
        {
            await FillAsync(name);
        }

        foreach (var name in Names.Where((_, n) => n % 3 == 0))
        {
            await Database.DropCollectionAsync(name, Find.Ct);
            await FillAsync(name);
        }

        foreach (var name in Names)
        {
            await CheckAsync(name);
        }
    }

    [Fact]
    public async Task New_ones_are_made_after_a_restart_and_after_one_that_failed()
    {
        foreach (var name in Names[..7])
        {
            await FillAsync(name);
        }

        await StopAsync();
        await StartAsync();
        var collection = Database.GetCollection<BsonDocument>(Names[0]);
        await Assert.ThrowsAsync<MongoCommandException>(() => collection.IndexAsync("{same: 1}", new() { Unique = true }));
        await collection.IndexAsync("{same: -1}");
        foreach (var name in Names[7..])
        {
            await FillAsync(name);
        }

        foreach (var name in Names)
        {
            await CheckAsync(name);
        }
    }

    public async ValueTask InitializeAsync() => await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private IMongoDatabase Database => _client.GetDatabase("tests");

    private async Task FillAsync(string name)
    {
        var collection = Database.GetCollection<BsonDocument>(name);
        var number = int.Parse(name["many".Length..], System.Globalization.CultureInfo.InvariantCulture);
        await collection.IndexAsync("{plain: 1}");
        if (number % 2 == 0)
        {
            await collection.IndexAsync("{unique: 1}", new() { Unique = true });
        }

        if (number % 5 == 0)
        {
            await collection.IndexAsync("{text: 'text'}");
        }

        await collection.IndexAsync("{plain: -1, unique: 1}");
        await collection.InsertAsync($"{{_id: 1, plain: '{name}', unique: 1, text: '{name}', same: 1}}", $"{{_id: 2, plain: '{name}', unique: 2, text: '{name}', same: 1}}");
    }

    private async Task CheckAsync(string name)
    {
        var collection = Database.GetCollection<BsonDocument>(name);
        Assert.Equal("1,2", await collection.IdsAsync($"{{plain: '{name}'}}", "{unique: 1}"));
        Assert.True((await Database.RunCommandAsync<BsonDocument>($"{{validate: '{name}'}}", cancellationToken: Find.Ct))["valid"].AsBoolean);
        var indexes = await (await collection.Indexes.ListAsync(Find.Ct)).ToListAsync(Find.Ct);
        if (indexes.Exists(i => i["name"] == "unique_1"))
        {
            Assert.Equal(11000, (await Find.WriteErrorAsync(() => collection.InsertOneAsync("{unique: 2}"))).Code);
        }

        if (indexes.Exists(i => i["name"] == "text_text"))
        {
            Assert.Equal("1,2", await collection.IdsAsync($"{{$text: {{$search: '{name}'}}}}", "{_id: 1}"));
        }
    }

    private async Task StartAsync()
    {
        _server = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { DataFolder = _folder }, Find.Ct);
        _client = new MongoClient(_server.ConnectionString);
    }

    private async Task StopAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }
}
