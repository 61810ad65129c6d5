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

    private async Task<Known?> FindAsync(ObjectId productId, CancellationToken ct) =>
        await _products.Find(product => product.Id == productId)
            .Project<Known>(Builders<Product>.Projection.Include(product => product.Editions).Include(product => product.SalesVersion).Include(product => product.Sales))
            .FirstOrDefaultAsync(ct);

    private sealed record Known(int Editions, long SalesVersion, List<Sale> Sales);
}
