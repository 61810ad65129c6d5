namespace Visuels.Contracts.Orders;

/// <summary>A buyer asked an artist for an artwork.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Version">Version of the order, 1.</param>
/// <param name="BuyerId">Who asks.</param>
/// <param name="ArtistId">Who answers.</param>
/// <param name="ProductId">The artwork.</param>
/// <param name="Title">Its title at that time.</param>
/// <param name="ImageUrl">Absolute URL of its primary image.</param>
/// <param name="Quantity">Editions asked for.</param>
/// <param name="UnitPriceMinor">Price of one edition in minor units.</param>
/// <param name="TotalMinor">Price of all of them in minor units.</param>
/// <param name="Currency">ISO 4217 code of the prices.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record OrderPlaced(
    string OrderId,
    long Version,
    string BuyerId,
    string ArtistId,
    string ProductId,
    string Title,
    string ImageUrl,
    int Quantity,
    long UnitPriceMinor,
    long TotalMinor,
    string Currency,
    DateTimeOffset At);
