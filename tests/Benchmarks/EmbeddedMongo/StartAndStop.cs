using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EmbeddedMongo;

namespace Visuels.Benchmarks.EmbeddedMongo;

/// <summary>What a test class pays for a server of its own, first write and client included.</summary>
internal sealed class StartAndStop : Benchmark
{
    public override string Name => "start, one insert, stop";

    public override int Callers => 2;

    public override Task PrepareAsync() => Task.CompletedTask;

    public override async Task RunAsync(Random random)
    {
        await using var server = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions(), CancellationToken.None);
        using var client = new MongoClient(server.ConnectionString);
        var collection = client.GetDatabase("benchmarks").GetCollection<BsonDocument>("one");
        await collection.InsertOneAsync(new BsonDocument("_id", 1));
    }
}
