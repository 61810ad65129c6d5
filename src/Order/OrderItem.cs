using MongoDB.Bson;

namespace Visuels.Orders;

/// <summary>The artwork as it was when the order was placed.</summary>
internal sealed record OrderItem
{
    public required ObjectId ProductId { get; init; }

    public required ObjectId ArtistId { get; init; }

    public required string Title { get; init; }

    public required string Image { get; init; }

    public required long PriceMinor { get; init; }

    public required string Currency { get; init; }

    /// <summary>Editions asked for.</summary>
    public required int Quantity { get; init; }

    /// <summary>How many editions there are in all; never changes.</summary>
    public required int EditionCount { get; init; }
}
