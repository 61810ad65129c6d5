using MongoDB.Bson;

namespace Visuels.Orders.Artworks;

/// <summary>This service's copy of an artwork, as new as the newest event it has seen.</summary>
internal sealed class ProductCard
{
    public required ObjectId Id { get; init; }

    public long Version { get; init; }

    public ObjectId ArtistId { get; init; }

    public string Title { get; init; } = "";

    public long PriceMinor { get; init; }

    public string Currency { get; init; } = "USD";

    public string ImageUrl { get; init; } = "";

    /// <summary>How many can be sold in all; never changes.</summary>
    public int Editions { get; init; } = 1;

    /// <summary>False once it is withdrawn.</summary>
    public bool Listed { get; init; }

    /// <summary>The card of an artwork as an event tells of it.</summary>
    public static ProductCard From(
        string id, long version, string artistId, string title, long priceMinor, string currency, string imageUrl, int editions, bool listed = true) => new()
        {
            Id = ObjectId.Parse(id),
            Version = version,
            ArtistId = ObjectId.Parse(artistId),
            Title = title,
            PriceMinor = priceMinor,
            Currency = currency,
            ImageUrl = imageUrl,
            Editions = editions,
            Listed = listed,
        };

    /// <summary>Whether this says the same as another, version included.</summary>
    public bool Says(ProductCard other) =>
        (Version, ArtistId, Title, PriceMinor, Currency, ImageUrl, Editions, Listed)
        == (other.Version, other.ArtistId, other.Title, other.PriceMinor, other.Currency, other.ImageUrl, other.Editions, other.Listed);

    /// <summary>Why this many cannot be ordered now, as a problem code; null when they can. Whether it is sold is no business of the card.</summary>
    /// <param name="card">The card; null when there is no such artwork.</param>
    /// <param name="sold">Editions that are sold.</param>
    /// <param name="quantity">Editions asked for.</param>
    public static string? ObstacleTo(ProductCard? card, int sold, int quantity) => card switch
    {
        null => OrderProblems.NotFound,
        _ when sold >= card.Editions => OrderProblems.ProductSold,
        { Listed: false } => OrderProblems.ProductUnavailable,
        _ when card.Editions - sold < quantity => OrderProblems.NotEnoughEditions,
        _ => null,
    };
}
