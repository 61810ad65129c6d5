using MongoDB.Driver;

namespace Visuels.Benchmarks.EmbeddedMongo;

internal sealed class Insert(Stores stores, bool durable, int callers) : Benchmark
{
    private IMongoCollection<Artwork> _artworks = null!;
    private int _last;

    public override string Name => Title(durable, callers);

    public override int? Goal => durable && callers == 16 ? 8000 : null;

    public override int Callers => callers;

    public static string Title(bool durable, int callers) =>
        $"insert, {callers} caller{(callers == 1 ? "" : "s")}, {(durable ? "durable" : "temporary")}";

    public override async Task PrepareAsync()
    {
        var database = durable ? await stores.DurableAsync() : await stores.TemporaryAsync();
        _artworks = database.GetCollection<Artwork>($"inserted{callers}");
        await _artworks.Indexes.CreateOneAsync(new CreateIndexModel<Artwork>(
            Builders<Artwork>.IndexKeys.Ascending(a => a.Listed).Ascending(a => a.Category).Descending(a => a.CreatedAt)));
    }

    public override Task RunAsync(Random random) => _artworks.InsertOneAsync(Artwork.New(Interlocked.Increment(ref _last), random));

    public override async Task CheckAsync(long operations) =>
        Require(await _artworks.CountDocumentsAsync(_ => true) == operations, "every acknowledged insert is there");
}
