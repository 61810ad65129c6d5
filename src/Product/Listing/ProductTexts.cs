namespace Visuels.Products.Listing;

/// <summary>How long the texts of a product may be, and how large the thing itself.</summary>
internal static class ProductTexts
{
    public const int Title = 120;
    public const int Long = 5_000;
    public const int Material = 120;
    public const int Category = 50;
    public const int MostEditions = 1_000;
    public const double LargestSide = 100_000;
}
