namespace Visuels.Contracts.Orders;

/// <summary>An artist has left an order unanswered for some days and is to be reminded of it.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Version">Version of the order, which a reminder does not change.</param>
/// <param name="Reminder">1 for the first reminder, 2 for the last.</param>
/// <param name="BuyerId">Who waits.</param>
/// <param name="ArtistId">Who is to answer.</param>
/// <param name="ProductId">The artwork.</param>
/// <param name="Title">Its title when ordered.</param>
/// <param name="ImageUrl">Absolute URL of its primary image.</param>
/// <param name="Quantity">Editions asked for.</param>
/// <param name="TotalMinor">Price of all of them in minor units.</param>
/// <param name="Currency">ISO 4217 code of the price.</param>
/// <param name="PlacedAt">When it was placed, UTC.</param>
/// <param name="ExpiresAt">When it is turned down if there is no answer by then, UTC.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record OrderLeftUnanswered(
    string OrderId,
    long Version,
    int Reminder,
    string BuyerId,
    string ArtistId,
    string ProductId,
    string Title,
    string ImageUrl,
    int Quantity,
    long TotalMinor,
    string Currency,
    DateTimeOffset PlacedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset At);
