using System.Text.Json.Serialization;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Money;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Orders;

/// <summary>
/// An order as its two sides see it: <c>contact</c> is the buyer, <c>editions</c> are the numbers it holds while ACCEPTED,
/// <c>history</c> is left out of lists.
/// </summary>
internal sealed record OrderResponse(
    [property: JsonPropertyName("_id")] ObjectId Id,
    long Version,
    ObjectId UserId,
    OrderItemResponse Item,
    decimal TotalAmount,
    long TotalMinor,
    string Currency,
    OrderStatus Status,
    string? Requirement,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ContactResponse? Contact,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ArtistResponse? Artist,
    IReadOnlyList<int> Editions,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<HistoryEntry>? History)
{
    /// <param name="order">The order.</param>
    /// <param name="people">Cards of the buyer, the artist or both: who is missing is left out.</param>
    /// <param name="withHistory">Whether the timeline is shown.</param>
    public static OrderResponse From(Order order, IReadOnlyDictionary<ObjectId, UserCard> people, bool withHistory) => new(
        order.Id,
        order.Version,
        order.UserId,
        OrderItemResponse.From(order.Item),
        Currencies.ToMajor(order.TotalMinor, order.Item.Currency),
        order.TotalMinor,
        order.Item.Currency,
        order.Status,
        order.Requirement,
        people.TryGetValue(order.UserId, out var buyer) ? new ContactResponse(buyer.Id, buyer.Email, buyer.Username, buyer.Name) : null,
        people.TryGetValue(order.Item.ArtistId, out var artist) ? new ArtistResponse(artist.Id, artist.Username, artist.Name) : null,
        order.Editions,
        order.CreatedAt,
        order.UpdatedAt,
        withHistory ? order.History : null);
}

internal sealed record OrderItemResponse(
    ObjectId ProductId,
    ObjectId ArtistId,
    string Title,
    decimal Price,
    long PriceMinor,
    string Currency,
    int Quantity,
    string Image,
    decimal Subtotal,
    long SubtotalMinor)
{
    public static OrderItemResponse From(OrderItem item) => new(
        item.ProductId,
        item.ArtistId,
        item.Title,
        Currencies.ToMajor(item.PriceMinor, item.Currency),
        item.PriceMinor,
        item.Currency,
        item.Quantity,
        item.Image,
        Currencies.ToMajor(item.PriceMinor * item.Quantity, item.Currency),
        item.PriceMinor * item.Quantity);
}

internal sealed record ContactResponse([property: JsonPropertyName("_id")] ObjectId Id, string Email, string Username, string Name);

internal sealed record ArtistResponse([property: JsonPropertyName("_id")] ObjectId Id, string Username, string Name);
