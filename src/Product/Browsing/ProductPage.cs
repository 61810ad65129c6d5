using Visuels.Products.Artworks;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.Products.Browsing;

internal static class ProductPage
{
    /// <summary>The answer for a page, of which the store found one product more when there are more.</summary>
    public static ProductsResponse Of((List<Product> Products, long Total) found, PageQuery query, int size, ProductSort sort, SiteOptions site)
    {
        var page = found.Products.Take(size).ToList();
        var hasMore = found.Products.Count > size;
        return new ProductsResponse(
            "fetched products",
            string.IsNullOrEmpty(query.Cursor) ? query.Page ?? 1 : null,
            size,
            found.Total,
            hasMore,
            hasMore ? sort.CursorAfter(page[^1]) : null,
            [.. page.Select(product => ProductSummary.From(product, site))]);
    }
}
