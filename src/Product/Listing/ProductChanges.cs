using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.Products.Artworks;
using Visuels.Products.Categories;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.Products.Listing;

internal static class ProductChanges
{
    /// <summary>Applies what an artist asks for; a problem when the price does not suit the currency.</summary>
    public static ProblemHttpResult? Apply(Product product, UpdateProductRequest request, Category? category)
    {
        if (request.Price is { } major)
        {
            if (Price.Of(major, product.Price.Currency) is not { } price)
            {
                return Problems.Invalid($"Price must be a positive amount in {product.Price.Currency}.");
            }

            product.Price = price;
        }

        product.Title = request.Title?.Trim() ?? product.Title;
        product.ShortDescription = request.ShortDescription?.Trim() ?? product.ShortDescription;
        product.Description = request.Description?.Trim() ?? product.Description;
        product.Material = Changed(request.Material, product.Material);
        product.ArtistNote = Changed(request.ArtistNote, product.ArtistNote);
        product.Story = Changed(request.Story, product.Story);
        product.Category = category ?? product.Category;
        product.Certified = request.Certified ?? product.Certified;
        product.HandMade = request.HandMade ?? product.HandMade;
        product.FrameInclude = request.FrameInclude ?? product.FrameInclude;
        product.Dimension = new Dimension
        {
            Width = request.Width ?? product.Dimension.Width,
            Height = request.Height ?? product.Dimension.Height,
            Depth = request.Depth ?? product.Dimension.Depth,
            Orientation = Changed(request.Orientation, product.Dimension.Orientation),
            Unit = request.Unit ?? product.Dimension.Unit,
        };
        return null;
    }

    private static string? Changed(string? asked, string? known) => asked is null ? known : ProductFactory.TextOrNull(asked);
}
