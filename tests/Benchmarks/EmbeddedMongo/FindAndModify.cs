using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.Benchmarks.EmbeddedMongo;

/// <summary>A counter in one of a thousand documents goes up, and its document comes back.</summary>
internal sealed class FindAndModify(Stores stores) : Benchmark
{
    private const int Count = 1000;
    private static readonly UpdateDefinition<Artwork> Like = Builders<Artwork>.Update.Inc("likes", 1);
    private static readonly FindOneAndUpdateOptions<Artwork> ReturnAfter = new() { ReturnDocument = ReturnDocument.After };
    private IMongoCollection<Artwork> _artworks = null!;
    private long _before;

    public override string Name => "findAndModify";

    public override async Task PrepareAsync()
    {
        _artworks = (await stores.TemporaryAsync()).GetCollection<Artwork>("modified");
        await Artwork.FillAsync(_artworks, Count);
        _before = await LikesAsync();
    }

    public override async Task RunAsync(Random random)
    {
        var id = Artwork.IdOf(random.Next(Count));
        var after = await _artworks.FindOneAndUpdateAsync(Builders<Artwork>.Filter.Eq("_id", id), Like, ReturnAfter);
        Require(after.Id == id, Name);
    }

    public override async Task CheckAsync(long operations) => Require(await LikesAsync() - _before == operations, "every increment counts");

    private async Task<long> LikesAsync()
    {
        var sum = BsonDocument.Parse("{ _id: null, likes: { $sum: '$likes' } }");
        return (await _artworks.Aggregate().Group<BsonDocument>(sum).SingleAsync())["likes"].ToInt64();
    }
}
