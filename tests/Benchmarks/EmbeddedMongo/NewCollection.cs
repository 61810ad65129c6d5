using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.Benchmarks.EmbeddedMongo;

/// <summary>What a test pays for a collection of its own, made with an index, written, read, and left beside all the others.</summary>
internal sealed class NewCollection(Stores stores) : Benchmark
{
    private IMongoDatabase _database = null!;
    private int _last;

    public override string Name => "a new collection with an index";

    public override int Callers => 4;

    public override async Task PrepareAsync() => _database = await stores.TemporaryAsync();

    public override async Task RunAsync(Random random)
    {
        var collection = _database.GetCollection<BsonDocument>($"new{Interlocked.Increment(ref _last)}");
        await collection.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(new BsonDocument("a", 1)));
        await collection.InsertOneAsync(new BsonDocument { { "_id", 1 }, { "a", 1 } });
        Require(await collection.Find(new BsonDocument("a", 1)).SingleAsync() == new BsonDocument { { "_id", 1 }, { "a", 1 } }, Name);
    }
}
