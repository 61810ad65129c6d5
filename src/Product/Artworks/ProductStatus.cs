namespace Visuels.Products.Artworks;

internal static class ProductStatus
{
    public const string Available = "AVAILABLE";

    /// <summary>All editions are taken by accepted orders.</summary>
    public const string Sold = "SOLD";
}
