using MongoDB.Bson;
using Visuels.ServiceDefaults.Schedules;

namespace Visuels.Products.Sales;

/// <summary>
/// Compares the sales of every product with Order's, which are the truth, and repairs what was lost or broken. What is compared was read
/// before Order is asked, and is replaced only if it is still the same: an event in this instant wins, and the next run looks again.
/// </summary>
internal sealed partial class SaleReconciliation(SaleStore sales, SoldOrdersClient orders, ILogger<SaleReconciliation> logger) : IScheduledJob
{
    // Keeps Order's answer small when many editions of many products are sold.
    private const int MostEditions = 5_000;

    public async Task<long> RunAsync(CancellationToken ct)
    {
        var (repaired, after) = (0L, ObjectId.Empty);
        while (await sales.PageAsync(after, SoldOrdersClient.MostProducts, ct) is { Count: > 0 } page)
        {
            var batch = Fitting(page);
            repaired += await RepairAsync(batch, ct);
            after = batch[^1].Id;
        }

        return repaired;
    }

    private static List<ProductSales> Fitting(IReadOnlyList<ProductSales> page)
    {
        var editions = 0;
        return [.. page.TakeWhile((product, i) => (editions += product.Editions) <= MostEditions || i == 0)];
    }

    private async Task<long> RepairAsync(List<ProductSales> products, CancellationToken ct)
    {
        var sold = await orders.GetAsync([.. products.Select(product => product.Id)], [], ct);
        var others = await OthersAsync(products, sold, ct);
        var truth = sold.Concat(others).DistinctBy(order => order.OrderId).ToLookup(order => order.ProductId);

        var repaired = 0L;
        foreach (var product in products)
        {
            var known = product.Sales.Select(sale => sale.OrderId).ToHashSet();
            List<Sale> right = [.. truth[product.Id].Where(order => order.Editions > 0 || known.Contains(order.OrderId)).Select(order => order.ToSale())];
            // An order that holds nothing, and of which nothing can come any more, need not be asked about.
            right.AddRange(product.Sales.Where(sale => sale.Editions == 0 && !truth[product.Id].Any(order => order.OrderId == sale.OrderId)));
            if (product.Says(right))
            {
                continue;
            }

            if (await sales.TryReplaceAsync(product, right, ct))
            {
                LogRepaired(product.Id);
                repaired++;
            }
        }

        return repaired;
    }

    /// <summary>The orders that hold editions here, but not by what Order said first: cancelled, or never heard of.</summary>
    private async Task<IReadOnlyList<SoldOrder>> OthersAsync(List<ProductSales> products, IReadOnlyList<SoldOrder> sold, CancellationToken ct)
    {
        var heard = sold.Select(order => order.OrderId).ToHashSet();
        var doubtful = products.SelectMany(product => product.Sales).Where(sale => sale.Editions > 0 && !heard.Contains(sale.OrderId)).Select(sale => sale.OrderId);
        var found = new List<SoldOrder>();
        foreach (var ids in doubtful.Distinct().Chunk(SoldOrdersClient.MostOrders))
        {
            found.AddRange(await orders.GetAsync([], ids, ct));
        }

        return found;
    }

    [LoggerMessage(LogLevel.Warning, "The sales of product {ProductId} were not as Order has them; repaired")]
    private partial void LogRepaired(ObjectId productId);
}
