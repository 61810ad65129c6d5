using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.Benchmarks.EmbeddedMongo;

/// <summary>An aggregation of a hundred documents that an index leads to.</summary>
internal sealed class MatchAndGroup(Stores stores) : Benchmark
{
    private const int Count = 10_000;
    private const int Matched = 100;
    private static readonly BsonDocument Group = BsonDocument.Parse("{ _id: '$category', likes: { $sum: '$likes' }, count: { $sum: 1 } }");
    private IMongoCollection<Artwork> _artworks = null!;

    public override string Name => "aggregate $match and $group of 100";

    public override async Task PrepareAsync()
    {
        _artworks = (await stores.TemporaryAsync()).GetCollection<Artwork>("grouped");
        await _artworks.Indexes.CreateOneAsync(new CreateIndexModel<Artwork>(Builders<Artwork>.IndexKeys.Ascending(a => a.CreatedAt)));
        await Artwork.FillAsync(_artworks, Count);
    }

    public override async Task RunAsync(Random random)
    {
        var first = random.Next(Count - Matched);
        var (from, to) = (Artwork.TimeOf(first), Artwork.TimeOf(first + Matched));
        var filter = Builders<Artwork>.Filter;
        var groups = await _artworks.Aggregate().Match(filter.Gte("createdAt", from) & filter.Lt("createdAt", to)).Group<BsonDocument>(Group).ToListAsync();
        Require(groups.Sum(g => g["count"].AsInt32) == Matched, Name);
    }
}
