using System.Text.Json.Serialization;
using MongoDB.Bson;
using Visuels.Products.Artworks;
using Visuels.Products.Categories;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Products.Browsing;

/// <summary>A product in a list.</summary>
public sealed record ProductSummary(
    [property: JsonPropertyName("_id")] ObjectId Id,
    ObjectId ArtistId,
    string Title,
    string ShortDescription,
    decimal Price,
    long PriceMinor,
    string Currency,
    string Status,
    int Editions,
    CategoryResponse Category,
    string? Orientation,
    double Rating,
    long Likes,
    long Views,
    IReadOnlyList<ImageResponse> Images,
    bool Certified,
    bool IsActive,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    internal static ProductSummary From(Product product, SiteOptions site) => new(
        product.Id,
        product.ArtistId,
        product.Title,
        product.ShortDescription,
        product.Price.Major,
        product.Price.Minor,
        product.Price.Currency,
        product.Status,
        product.Editions,
        CategoryResponse.From(product.Category),
        product.Dimension.Orientation,
        product.Rating,
        product.Likes,
        product.Views,
        ProductResponse.ImagesOf(product, site),
        product.Certified,
        product.Listed,
        product.CreatedAt,
        product.UpdatedAt);
}

/// <summary>A product in full.</summary>
public sealed record ProductResponse(
    [property: JsonPropertyName("_id")] ObjectId Id,
    ObjectId ArtistId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ArtistDetail? ArtistDetail,
    string Title,
    string ShortDescription,
    string Description,
    decimal Price,
    long PriceMinor,
    string Currency,
    string Status,
    int Editions,
    CategoryResponse Category,
    string? Material,
    bool Certified,
    bool HandMade,
    bool FrameInclude,
    string? ArtistNote,
    string? Story,
    ProductDimension ProductDimension,
    double Rating,
    long Likes,
    long Views,
    IReadOnlyList<ImageResponse> Images,
    bool IsActive,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    internal static ProductResponse From(Product product, SiteOptions site, UserCard? artist = null) => new(
        product.Id,
        product.ArtistId,
        artist is null ? null : new ArtistDetail(artist.Id, artist.Name, artist.Username),
        product.Title,
        product.ShortDescription,
        product.Description,
        product.Price.Major,
        product.Price.Minor,
        product.Price.Currency,
        product.Status,
        product.Editions,
        CategoryResponse.From(product.Category),
        product.Material,
        product.Certified,
        product.HandMade,
        product.FrameInclude,
        product.ArtistNote,
        product.Story,
        ProductDimension.From(product.Dimension),
        product.Rating,
        product.Likes,
        product.Views,
        ImagesOf(product, site),
        product.Listed,
        product.CreatedAt,
        product.UpdatedAt);

    internal static IReadOnlyList<ImageResponse> ImagesOf(Product product, SiteOptions site) =>
        [.. product.Images.Select((image, index) => image.ToResponse(site, isPrimary: index == 0))];
}

public sealed record ProductDimension(decimal? Width, decimal? Height, decimal? Depth, string? Orientation, string Unit)
{
    internal static ProductDimension From(Dimension dimension) =>
        new(dimension.Width, dimension.Height, dimension.Depth, dimension.Orientation, dimension.Unit);
}

/// <summary>Who made it, as everybody may see: no address.</summary>
public sealed record ArtistDetail([property: JsonPropertyName("_id")] ObjectId Id, string Name, string Username);

public sealed record ProductsResponse(
    string Msg,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Page,
    int Limit,
    long Total,
    bool HasMore,
    string? NextCursor,
    IReadOnlyList<ProductSummary> Products);

public sealed record ProductDetailResponse(string Msg, ProductResponse Product);
