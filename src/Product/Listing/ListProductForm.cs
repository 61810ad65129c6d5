using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Visuels.Products.Artworks;

namespace Visuels.Products.Listing;

/// <summary>The storefront's form for a new product; its images are the files named <c>images</c>. A field left empty counts as left out.</summary>
public sealed class ListProductForm
{
    [FromForm(Name = "title"), Required, Text(1, ProductTexts.Title, OneLine = true)]
    public string? Title { get; init; }

    [FromForm(Name = "shortDescription"), Required, Text(1, ProductTexts.Long)]
    public string? ShortDescription { get; init; }

    [FromForm(Name = "description"), Required, Text(1, ProductTexts.Long)]
    public string? Description { get; init; }

    /// <summary>In major units.</summary>
    [FromForm(Name = "price"), Required, DecimalText]
    public string? Price { get; init; }

    /// <summary>ISO 4217; USD by default.</summary>
    [FromForm(Name = "currency")]
    public string? Currency { get; init; }

    /// <summary>How many can be sold, 1 by default.</summary>
    [FromForm(Name = "editions"), DecimalText]
    public string? Editions { get; init; }

    /// <summary>Name of a category, which is made when it is new.</summary>
    [FromForm(Name = "category"), Required, Text(1, ProductTexts.Category, OneLine = true)]
    public string? Category { get; init; }

    [FromForm(Name = "material"), Text(0, ProductTexts.Material, OneLine = true)]
    public string? Material { get; init; }

    [FromForm(Name = "certified"), AllowedValues(null, "", "true", "false", ErrorMessage = "{0} must be true or false.")]
    public string? Certified { get; init; }

    [FromForm(Name = "handMade"), AllowedValues(null, "", "true", "false", ErrorMessage = "{0} must be true or false.")]
    public string? HandMade { get; init; }

    [FromForm(Name = "frameInclude"), AllowedValues(null, "", "true", "false", ErrorMessage = "{0} must be true or false.")]
    public string? FrameInclude { get; init; }

    [FromForm(Name = "artistNote"), Text(0, ProductTexts.Long)]
    public string? ArtistNote { get; init; }

    [FromForm(Name = "story"), Text(0, ProductTexts.Long)]
    public string? Story { get; init; }

    [FromForm(Name = "width"), DecimalText(Most = ProductTexts.LargestSide)]
    public string? Width { get; init; }

    [FromForm(Name = "height"), DecimalText(Most = ProductTexts.LargestSide)]
    public string? Height { get; init; }

    [FromForm(Name = "depth"), DecimalText(Most = ProductTexts.LargestSide)]
    public string? Depth { get; init; }

    [FromForm(Name = "orientation"), AllowedValues(null, "", Orientations.Landscape, Orientations.Portrait, Orientations.Square, ErrorMessage = "Invalid orientation")]
    public string? Orientation { get; init; }

    [FromForm(Name = "unit"), AllowedValues(null, "", Units.Centimetre, Units.Inch, ErrorMessage = "Invalid unit")]
    public string? Unit { get; init; }
}
