using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.ServiceDefaults.Images;

/// <summary>
/// Images that a document may or may not refer to (collection <c>doubtful_images</c>): about to be stored for a document that is not
/// written yet, or about to lose theirs. A row is written before and removed after, so that whatever ends in between leaves a trace.
/// </summary>
internal sealed class DoubtfulImages(IMongoDatabase database, TimeProvider clock) : ICreatesIndexes
{
    private static readonly FilterDefinitionBuilder<DoubtfulImage> Filter = Builders<DoubtfulImage>.Filter;
    private static readonly UpdateDefinitionBuilder<DoubtfulImage> Update = Builders<DoubtfulImage>.Update;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly IMongoCollection<DoubtfulImage> _images = database.GetCollection<DoubtfulImage>("doubtful_images");

    public Task CreateIndexesAsync(CancellationToken ct) => _images.Indexes.CreateOneAsync(
        new CreateIndexModel<DoubtfulImage>(Builders<DoubtfulImage>.IndexKeys.Ascending(image => image.DueAt)), cancellationToken: ct);

    public Task AddAsync(IEnumerable<DoubtfulImage> images, CancellationToken ct) => _images.BulkWriteAsync(
        images.Select(image => new ReplaceOneModel<DoubtfulImage>(Filter.Eq(known => known.Id, image.Id), image) { IsUpsert = true }),
        new BulkWriteOptions { IsOrdered = false },
        ct);

    public Task RemoveAsync(IEnumerable<string> names, CancellationToken ct) => _images.DeleteManyAsync(Filter.In(image => image.Id, names), ct);

    /// <summary>Takes a row whose time has come; nobody else gets it before its next time, which comes later with every try.</summary>
    public async Task<DoubtfulImage?> TakeDueAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var due = await _images.Find(Filter.Lte(image => image.DueAt, now)).SortBy(image => image.DueAt).FirstOrDefaultAsync(ct);
        if (due is null)
        {
            return null;
        }

        var pause = TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << Math.Min(due.Tries, 10), LongestPause.Ticks));
        return await _images.FindOneAndUpdateAsync(
            Filter.Eq(image => image.Id, due.Id) & Filter.Eq(image => image.DueAt, due.DueAt),
            Update.Set(image => image.DueAt, now + pause).Inc(image => image.Tries, 1),
            cancellationToken: ct) ?? await TakeDueAsync(ct);
    }
}

/// <summary>One of them; its id is the image's name.</summary>
internal sealed class DoubtfulImage
{
    public required string Id { get; init; }

    /// <summary>Absent until the store has told it.</summary>
    public string? FileId { get; init; }

    /// <summary>When it is looked at, unless the request that wrote the row has settled it.</summary>
    public required DateTimeOffset DueAt { get; init; }

    public int Tries { get; init; }
}
