using MongoDB.Driver;

namespace Visuels.Benchmarks.EmbeddedMongo;

/// <summary>What a forgotten index costs: every one of a thousand documents is looked at.</summary>
internal sealed class UnindexedFind(Stores stores) : Benchmark
{
    private const int Count = 1000;
    private IMongoCollection<Artwork> _artworks = null!;

    public override string Name => "find in 1,000 without an index";

    public override async Task PrepareAsync()
    {
        _artworks = (await stores.TemporaryAsync()).GetCollection<Artwork>("unindexed");
        await Artwork.FillAsync(_artworks, Count);
    }

    public override async Task RunAsync(Random random)
    {
        var wanted = Artwork.TimeOf(random.Next(Count));
        var found = await _artworks.Find(Builders<Artwork>.Filter.Eq("createdAt", wanted)).ToListAsync();
        Require(found.Count == 1 && found[0].CreatedAt == wanted, Name);
    }
}
