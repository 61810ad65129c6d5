using MongoDB.Driver;

namespace Visuels.Benchmarks.EmbeddedMongo;

/// <summary>A hundred documents at a time.</summary>
internal sealed class InsertMany(Stores stores) : Benchmark
{
    private const int Batch = 100;
    private IMongoCollection<Artwork> _artworks = null!;
    private int _last;

    public override string Name => $"insertMany of {Batch}, temporary";

    public override int Callers => 4;

    public override async Task PrepareAsync()
    {
        _artworks = (await stores.TemporaryAsync()).GetCollection<Artwork>("batches");
        await _artworks.Indexes.CreateOneAsync(new CreateIndexModel<Artwork>(
            Builders<Artwork>.IndexKeys.Ascending(a => a.Listed).Ascending(a => a.Category).Descending(a => a.CreatedAt)));
    }

    public override Task RunAsync(Random random)
    {
        var first = Interlocked.Add(ref _last, Batch);
        return _artworks.InsertManyAsync(Enumerable.Range(first, Batch).Select(n => Artwork.New(n, random)));
    }

    public override async Task CheckAsync(long operations) =>
        Require(await _artworks.CountDocumentsAsync(_ => true) == operations * Batch, "every acknowledged insert is there");
}
