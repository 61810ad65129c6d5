using MongoDB.Bson;
using Visuels.Products.Artworks;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.Products.Sales;

/// <summary>What one order holds of a product, as of a version of that order; a cancelled one stays with no editions.</summary>
internal sealed record Sale(ObjectId OrderId, long Version, int Editions);

/// <summary>What is known of the sales of a product.</summary>
internal sealed record ProductSales(ObjectId Id, int Editions, long SalesVersion, string Status, List<Sale> Sales)
{
    /// <summary>Whether this is what these sales make of it, in whatever order.</summary>
    public bool Says(IReadOnlyList<Sale> sales) =>
        Status == SaleRules.StatusOf(Editions, sales) && Sales.Count == sales.Count && Sales.ToHashSet().SetEquals(sales);
}

internal static class SaleRules
{
    /// <summary>The sales with this one in place, or null when the order is known at this version or a newer one.</summary>
    public static List<Sale>? With(IReadOnlyList<Sale> sales, Sale sale) =>
        sales.Any(known => known.OrderId == sale.OrderId && known.Version >= sale.Version) && !Sabotage.Is(Sabotage.VersionGuardOff)
            ? null
            : [.. sales.Where(known => known.OrderId != sale.OrderId), sale];

    public static string StatusOf(int editions, IEnumerable<Sale> sales) =>
        sales.Sum(sale => sale.Editions) >= editions ? ProductStatus.Sold : ProductStatus.Available;
}
