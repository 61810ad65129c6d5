namespace Visuels.Contracts.Orders;

/// <summary>An order moved to another state.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="Version">Version of the order; readers keep the highest they have seen.</param>
/// <param name="Status"><c>VIEWED</c>, <c>ACCEPTED</c>, <c>REJECTED</c> or <c>CANCELLED</c>.</param>
/// <param name="PreviousStatus">The state before.</param>
/// <param name="By">Who acted: <see cref="OrderActors"/>.</param>
/// <param name="Reason">Why, if told: free words of the artist, <c>sold</c> when another order took the last edition, <c>expired</c> when the artist left it unanswered, or <c>account_deleted</c> when one side has left.</param>
/// <param name="BuyerId">Who asked.</param>
/// <param name="ArtistId">Who answers.</param>
/// <param name="ProductId">The artwork.</param>
/// <param name="Title">Its title when ordered.</param>
/// <param name="ImageUrl">Absolute URL of its primary image.</param>
/// <param name="Quantity">Editions asked for.</param>
/// <param name="TotalMinor">Price of all of them in minor units.</param>
/// <param name="Currency">ISO 4217 code of the price.</param>
/// <param name="Editions">Numbers of the editions this order holds from now on; empty unless <paramref name="Status"/> is ACCEPTED.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record OrderStatusChanged(
    string OrderId,
    long Version,
    string Status,
    string PreviousStatus,
    string By,
    string? Reason,
    string BuyerId,
    string ArtistId,
    string ProductId,
    string Title,
    string ImageUrl,
    int Quantity,
    long TotalMinor,
    string Currency,
    IReadOnlyList<int> Editions,
    DateTimeOffset At);

/// <summary>The values of <see cref="OrderStatusChanged.By"/>.</summary>
public static class OrderActors
{
    /// <summary>The buyer acted.</summary>
    public const string Buyer = "BUYER";

    /// <summary>The artist acted.</summary>
    public const string Artist = "ARTIST";

    /// <summary>
    /// Nobody in person: the piece was sold to another buyer, the order was left unanswered, or its artist (then it is REJECTED) or its buyer
    /// (then it is CANCELLED) has deleted the account.
    /// </summary>
    public const string System = "SYSTEM";
}
