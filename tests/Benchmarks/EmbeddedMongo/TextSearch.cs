using MongoDB.Driver;

namespace Visuels.Benchmarks.EmbeddedMongo;

/// <summary>The best nine of the many that have one of eight words.</summary>
internal sealed class TextSearch(Stores stores) : Benchmark
{
    private const int Count = 10_000;
    private const int Size = 9;
    private IMongoCollection<Artwork> _artworks = null!;

    public override string Name => "text search for 8 words in 10,000";

    public override async Task PrepareAsync()
    {
        _artworks = (await stores.TemporaryAsync()).GetCollection<Artwork>("searched");
        await _artworks.Indexes.CreateOneAsync(new CreateIndexModel<Artwork>(
            Builders<Artwork>.IndexKeys.Text(a => a.Title).Text(a => a.Description),
            new CreateIndexOptions { DefaultLanguage = "none" }));
        await Artwork.FillAsync(_artworks, Count);
    }

    public override async Task RunAsync(Random random)
    {
        var found = await _artworks
            .Find(Builders<Artwork>.Filter.Text(Artwork.Text(random, 8)))
            .Sort(Builders<Artwork>.Sort.MetaTextScore("score"))
            .Limit(Size)
            .ToListAsync();
        Require(found.Count == Size, Name);
    }
}
