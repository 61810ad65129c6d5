using System.ComponentModel.DataAnnotations;
using Visuels.Products.Artworks;

namespace Visuels.Products.Listing;

/// <summary>What an artist may change; what is absent or null stays. An empty text clears a text that is not required.</summary>
public sealed record UpdateProductRequest(
    [Text(1, ProductTexts.Title, OneLine = true)] string? Title = null,
    [Text(1, ProductTexts.Long)] string? ShortDescription = null,
    [Text(1, ProductTexts.Long)] string? Description = null,
    decimal? Price = null,
    [Text(1, ProductTexts.Category, OneLine = true)] string? Category = null,
    [Text(0, ProductTexts.Material, OneLine = true)] string? Material = null,
    [Text(0, ProductTexts.Long)] string? ArtistNote = null,
    [Text(0, ProductTexts.Long)] string? Story = null,
    bool? Certified = null,
    bool? HandMade = null,
    bool? FrameInclude = null,
    [Range(0, ProductTexts.LargestSide)] decimal? Width = null,
    [Range(0, ProductTexts.LargestSide)] decimal? Height = null,
    [Range(0, ProductTexts.LargestSide)] decimal? Depth = null,
    [AllowedValues(null, "", Orientations.Landscape, Orientations.Portrait, Orientations.Square, ErrorMessage = "Invalid orientation")] string? Orientation = null,
    [AllowedValues(null, Units.Centimetre, Units.Inch, ErrorMessage = "Invalid unit")] string? Unit = null);
