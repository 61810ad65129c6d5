using System.Linq.Expressions;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Products.Artworks;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Products.Likes;

/// <summary>One row per product and person. The rows are the truth; the number in the product is counted from them.</summary>
internal sealed class LikeStore(IMongoDatabase database, TimeProvider clock) : ICreatesIndexes, IForgetsUsers
{
    private const int BatchSize = 100;

    private readonly IMongoCollection<Like> _likes = database.GetCollection<Like>("likes");
    private readonly IMongoCollection<Product> _products = database.GetCollection<Product>(Product.Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _likes.Indexes.CreateManyAsync(
        [
            new(
                Builders<Like>.IndexKeys.Ascending(like => like.ProductId).Ascending(like => like.UserId),
                new CreateIndexOptions { Name = "product_user", Unique = true }),
            new(Builders<Like>.IndexKeys.Ascending(like => like.UserId).Ascending(like => like.Id), new CreateIndexOptions { Name = "user" }),
        ],
        ct);

    /// <summary>Likes a product; the number of its likes, or null when there is no such product. Doing it again changes nothing.</summary>
    public async Task<long?> AddAsync(ObjectId productId, ObjectId userId, CancellationToken ct)
    {
        if (await FindAsync(productId, ct) is not { } known)
        {
            return null;
        }

        try
        {
            await _likes.InsertOneAsync(new Like(ObjectId.GenerateNewId(), productId, userId, clock.GetUtcNow()), cancellationToken: ct);
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            // Liked already; counting again mends what a crash may have left.
        }

        return await RecountAsync(productId, known, like => like.ProductId == productId, ct);
    }

    /// <summary>Takes a like back; the number of likes, or null when there is no such product.</summary>
    public async Task<long?> RemoveAsync(ObjectId productId, ObjectId userId, CancellationToken ct)
    {
        if (await FindAsync(productId, ct) is not { } known)
        {
            return null;
        }

        await _likes.DeleteOneAsync(like => like.ProductId == productId && like.UserId == userId, ct);
        return await RecountAsync(productId, known, like => like.ProductId == productId, ct);
    }

    /// <summary>Somebody's likes.</summary>
    public IAsyncEnumerable<Like> OfAsync(ObjectId user, CancellationToken ct) => _likes.Find(like => like.UserId == user).SortBy(like => like.Id).StreamAsync(ct);

    /// <summary>Takes all likes of a deleted account back.</summary>
    public async Task ForgetAsync(ObjectId user, CancellationToken ct)
    {
        while (await _likes.Find(like => like.UserId == user).Limit(BatchSize).ToListAsync(ct) is { Count: > 0 } likes)
        {
            foreach (var like in likes)
            {
                // Counted without the row first: a process that ends in between finds it again, and the number is right already.
                await RecountAsync(like.ProductId, without: user, ct);
                await _likes.DeleteOneAsync(row => row.Id == like.Id, ct);
                await RecountAsync(like.ProductId, without: user, ct);
            }
        }
    }

    private async Task RecountAsync(ObjectId productId, ObjectId without, CancellationToken ct)
    {
        if (await FindAsync(productId, ct) is { } known)
        {
            await RecountAsync(productId, known, like => like.ProductId == productId && like.UserId != without, ct);
        }
    }

    /// <summary>
    /// Writes the number of rows unless somebody else did meanwhile, who may have counted before our row changed. Who wrote after that
    /// one counted after our row changed, so there are three rounds at most, however many people like the product at once.
    /// </summary>
    private async Task<long?> RecountAsync(ObjectId productId, Known known, Expression<Func<Like, bool>> which, CancellationToken ct)
    {
        long? seenAfterChange = null;
        while (true)
        {
            var count = await _likes.CountDocumentsAsync(which, cancellationToken: ct);
            var written = await _products.UpdateOneAsync(
                product => product.Id == productId && product.LikesVersion == known.LikesVersion,
                Builders<Product>.Update.Set(product => product.Likes, count).Inc(product => product.LikesVersion, 1),
                cancellationToken: ct);
            if (written.MatchedCount == 1)
            {
                return count;
            }

            if (await FindAsync(productId, ct) is not { } now)
            {
                return null;
            }

            if (now.LikesVersion >= seenAfterChange + 2)
            {
                return now.Likes;
            }

            seenAfterChange ??= now.LikesVersion;
            known = now;
        }
    }

    private async Task<Known?> FindAsync(ObjectId productId, CancellationToken ct) =>
        await _products.Find(product => product.Id == productId && product.Listed)
            .Project<Known>(Builders<Product>.Projection.Include(product => product.Likes).Include(product => product.LikesVersion))
            .FirstOrDefaultAsync(ct);

    private sealed record Known(long Likes, long LikesVersion);
}

internal sealed record Like(ObjectId Id, ObjectId ProductId, ObjectId UserId, DateTimeOffset At);
