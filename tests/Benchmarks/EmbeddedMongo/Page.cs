using System.Globalization;
using MongoDB.Driver;

namespace Visuels.Benchmarks.EmbeddedMongo;

/// <summary>The newest nine of a category before some moment, as an index has them.</summary>
internal sealed class Page(Stores stores, int count) : Benchmark
{
    private const int Size = 9;
    private static readonly SortDefinition<Artwork> Newest = Builders<Artwork>.Sort.Descending("createdAt");
    private IMongoCollection<Artwork> _artworks = null!;

    public override string Name => Title(count);

    public override int? Goal => 5000;

    public static string Title(int count) => string.Create(CultureInfo.InvariantCulture, $"indexed page of {Size} of {count:N0}");

    public override async Task PrepareAsync()
    {
        _artworks = (await stores.TemporaryAsync()).GetCollection<Artwork>($"page{count}");
        var keys = Builders<Artwork>.IndexKeys;
        await _artworks.Indexes.CreateOneAsync(new CreateIndexModel<Artwork>(
            keys.Ascending(a => a.Listed).Ascending(a => a.Category).Descending(a => a.CreatedAt)));
        await Artwork.FillAsync(_artworks, count);
    }

    public override async Task RunAsync(Random random)
    {
        var (category, before) = (Artwork.AnyCategory(random), Artwork.TimeOf(random.Next(count / 10, count)));
        var filter = Builders<Artwork>.Filter;
        var page = await _artworks
            .Find(filter.Eq("listed", true) & filter.Eq("category", category) & filter.Lt("createdAt", before))
            .Sort(Newest)
            .Limit(Size)
            .ToListAsync();
        Require(page.Count == Size && page[0].Category == category && page[0].CreatedAt < before && page[0].CreatedAt > page[^1].CreatedAt, Name);
    }
}
