using System.ComponentModel.DataAnnotations;
using MongoDB.Bson;

namespace Visuels.Orders.Carts;

public sealed record PutCartItemRequest(
    [Range(1, 1000)] int Quantity,
    [StringLength(1000)] string? Requirement = null);

internal sealed record CartAnswer(CartResponse Cart);

/// <param name="Items">All lines, in the order in which they were added.</param>
/// <param name="TotalAmount">Sum of the available lines in major units; null when they are of several currencies.</param>
/// <param name="TotalMinor">The same in minor units.</param>
/// <param name="Currency">Currency of the sum; null when there are several, or nothing is available.</param>
/// <param name="Totals">The sums, one per currency.</param>
internal sealed record CartResponse(
    IReadOnlyList<CartItemResponse> Items,
    decimal? TotalAmount,
    long? TotalMinor,
    string? Currency,
    IReadOnlyList<CartTotal> Totals);

internal sealed record CartTotal(string Currency, decimal TotalAmount, long TotalMinor);

/// <summary>
/// A line as it can be ordered now. When it cannot, <c>available</c> is false and <c>code</c> says why: <c>product_sold</c>,
/// <c>product_unavailable</c>, <c>not_enough_editions</c> or <c>not_found</c>.
/// </summary>
internal sealed record CartItemResponse(
    ObjectId ProductId,
    ObjectId ArtistId,
    string Title,
    decimal Price,
    long PriceMinor,
    string Currency,
    int Quantity,
    string Image,
    string? Requirement,
    bool Available,
    string? Code);
