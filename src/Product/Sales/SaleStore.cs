using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Products.Artworks;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.Products.Sales;

internal sealed class SaleStore(IMongoDatabase database)
{
    private readonly IMongoCollection<Product> _products = database.GetCollection<Product>(Product.Collection);

    /// <summary>Notes a sale and what it makes of the status, in one write; late, repeated and reordered news change nothing.</summary>
    public async Task ApplyAsync(ObjectId productId, Sale sale, CancellationToken ct)
    {
        // Ends: every round that fails means that another order's news got through.
        while (await FindAsync(productId, ct) is { } known && SaleRules.With(known.Sales, sale) is { } sales)
        {
            CrashPoints.Reached(CrashPoints.SaleDecided);
            var written = await _products.UpdateOneAsync(
                product => product.Id == productId && product.SalesVersion == known.SalesVersion,
                Builders<Product>.Update
                    .Set(product => product.Sales, sales)
                    .Set(product => product.Status, SaleRules.StatusOf(known.Editions, sales))
                    .Inc(product => product.SalesVersion, 1),
                cancellationToken: ct);
            if (written.MatchedCount == 1)
            {
                CrashPoints.Reached(CrashPoints.SaleWritten);
                return;
            }
        }
    }

    /// <summary>Products in the order of their ids, archived ones included.</summary>
    public async Task<IReadOnlyList<ProductSales>> PageAsync(ObjectId after, int limit, CancellationToken ct) =>
        await _products.Find(product => product.Id > after)
            .Sort(Builders<Product>.Sort.Ascending(product => product.Id))
            .Limit(limit)
            .Project<ProductSales>(Builders<Product>.Projection
                .Include(product => product.Editions)
                .Include(product => product.SalesVersion)
                .Include(product => product.Sales)
                .Include(product => product.Status))
            .ToListAsync(ct);

    /// <summary>Puts other sales in the place of those that were read, with what they make of the status; false when an event came in between.</summary>
    public async Task<bool> TryReplaceAsync(ProductSales read, IReadOnlyList<Sale> sales, CancellationToken ct)
    {
        var written = await _products.UpdateOneAsync(
            product => product.Id == read.Id && product.SalesVersion == read.SalesVersion,
            Builders<Product>.Update
                .Set(product => product.Sales, [.. sales])
                .Set(product => product.Status, SaleRules.StatusOf(read.Editions, sales))
                .Inc(product => product.SalesVersion, 1),
            cancellationToken: ct);
        return written.MatchedCount == 1;
    }

    private async Task<Known?> FindAsync(ObjectId productId, CancellationToken ct) =>
        await _products.Find(product => product.Id == productId)
            .Project<Known>(Builders<Product>.Projection.Include(product => product.Editions).Include(product => product.SalesVersion).Include(product => product.Sales))
            .FirstOrDefaultAsync(ct);

    private sealed record Known(int Editions, long SalesVersion, List<Sale> Sales);
}
