using MongoDB.Driver;

namespace Visuels.Benchmarks.EmbeddedMongo;

internal sealed class FindById(Stores stores) : Benchmark
{
    public const string Title = "find by _id";
    private const int Count = 10_000;
    private IMongoCollection<Artwork> _artworks = null!;

    public override string Name => Title;

    public override int? Goal => 15_000;

    public override async Task PrepareAsync()
    {
        _artworks = (await stores.TemporaryAsync()).GetCollection<Artwork>("byId");
        await Artwork.FillAsync(_artworks, Count);
    }

    public override async Task RunAsync(Random random)
    {
        var id = Artwork.IdOf(random.Next(Count));
        var found = await _artworks.Find(Builders<Artwork>.Filter.Eq("_id", id)).FirstOrDefaultAsync();
        Require(found.Id == id, "find by _id");
    }
}
