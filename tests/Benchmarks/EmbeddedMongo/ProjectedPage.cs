using MongoDB.Driver;

namespace Visuels.Benchmarks.EmbeddedMongo;

/// <summary>A page that leaves out the longest field, as lists do.</summary>
internal sealed class ProjectedPage(Stores stores) : Benchmark
{
    private const int Count = 10_000;
    private const int Size = 9;
    private static readonly ProjectionDefinition<Artwork, Artwork> Summary = Builders<Artwork>.Projection.Exclude("description");
    private static readonly SortDefinition<Artwork> Newest = Builders<Artwork>.Sort.Descending("createdAt");
    private IMongoCollection<Artwork> _artworks = null!;

    public override string Name => "page of 9 without one field";

    public override async Task PrepareAsync()
    {
        _artworks = (await stores.TemporaryAsync()).GetCollection<Artwork>("summaries");
        await _artworks.Indexes.CreateOneAsync(new CreateIndexModel<Artwork>(Builders<Artwork>.IndexKeys.Descending(a => a.CreatedAt)));
        await Artwork.FillAsync(_artworks, Count);
    }

    public override async Task RunAsync(Random random)
    {
        var before = Artwork.TimeOf(random.Next(Count / 10, Count));
        var page = await _artworks.Find(Builders<Artwork>.Filter.Lt("createdAt", before)).Sort(Newest).Limit(Size).Project(Summary).ToListAsync();
        Require(page.Count == Size && page[0].CreatedAt == before.AddSeconds(-1) && page.TrueForAll(a => a.Description.Length == 0), Name);
    }
}
