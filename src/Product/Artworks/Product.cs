using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;
using Visuels.Products.Categories;
using Visuels.Products.Sales;
using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.Products.Artworks;

/// <summary>An artwork as it is stored. Members after <see cref="Listed"/> change without a new version.</summary>
internal sealed class Product
{
    public const string Collection = "products";

    public const int MostImages = 5;

    public required ObjectId Id { get; init; }

    /// <summary>Guards every change by the artist, and orders the events about them.</summary>
    public long Version { get; set; } = 1;

    public required ObjectId ArtistId { get; init; }

    public required string Title { get; set; }

    public required string ShortDescription { get; set; }

    public required string Description { get; set; }

    public string? Material { get; set; }

    public required Price Price { get; set; }

    public required Category Category { get; set; }

    public required List<StoredImage> Images { get; set; }

    public Dimension Dimension { get; set; } = new();

    public bool Certified { get; set; }

    public bool HandMade { get; set; }

    public bool FrameInclude { get; set; }

    public string? ArtistNote { get; set; }

    public string? Story { get; set; }

    /// <summary>How many can be sold; never changes.</summary>
    public required int Editions { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>False once the artist has archived it: gone from lists, kept for orders.</summary>
    public bool Listed { get; set; } = true;

    public string Status { get; set; } = ProductStatus.Available;

    public List<Sale> Sales { get; set; } = [];

    /// <summary>Guards <see cref="Sales"/> and <see cref="Status"/>, which many orders change.</summary>
    public long SalesVersion { get; set; }

    public long Views { get; set; }

    /// <summary>Number of rows in the likes collection, as last counted.</summary>
    public long Likes { get; set; }

    /// <summary>Guards <see cref="Likes"/>.</summary>
    public long LikesVersion { get; set; }

    public double Rating { get; set; }

    public Outbox Outbox { get; set; } = new();

    /// <summary>Present in the results of a text search only.</summary>
    [BsonIgnoreIfNull]
    public double? Score { get; set; }
}
