using MongoDB.Driver;

namespace Visuels.Benchmarks.EmbeddedMongo;

/// <summary>The "of how many" beside a page: some 500 of 10,000.</summary>
internal sealed class CountByIndex(Stores stores) : Benchmark
{
    private const int Count = 10_000;
    private IMongoCollection<Artwork> _artworks = null!;

    public override string Name => "CountDocuments of 500 by an index";

    public override async Task PrepareAsync()
    {
        _artworks = (await stores.TemporaryAsync()).GetCollection<Artwork>("counted");
        await _artworks.Indexes.CreateOneAsync(new CreateIndexModel<Artwork>(
            Builders<Artwork>.IndexKeys.Ascending(a => a.Listed).Ascending(a => a.Category)));
        await Artwork.FillAsync(_artworks, Count);
    }

    public override async Task RunAsync(Random random)
    {
        var category = Artwork.AnyCategory(random);
        var filter = Builders<Artwork>.Filter;
        var count = await _artworks.CountDocumentsAsync(filter.Eq("listed", true) & filter.Eq("category", category));
        Require(count is > 400 and < 600, Name);
    }
}
